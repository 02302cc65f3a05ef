/** The role that decides and delivers: a worker with its share of the partitions, and the inlet for alerts by NATS. */

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { startActorSystem } from '../actors/actor-system.ts';
import { alertKind } from '../actors/alert-actor.ts';
import { channelKind } from '../actors/channel-actor.ts';
import { groupKind } from '../actors/group-actor.ts';
import type { PartitionMetrics } from '../actors/partition.ts';
import type { Turn } from '../actors/turn.ts';
import { startWorker, type Worker } from '../actors/worker.ts';
import type { Policy } from '../alert/policy.ts';
import type { Bus } from '../bus/connection.ts';
import { framePublisher } from '../bus/ingest.ts';
import { joinWorkers } from '../bus/lease.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Senders } from './senders.ts';

export interface ActorsRoleOptions {
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly senders: Senders;
  readonly metrics: PartitionMetrics;
  readonly log: Log;
  policy(): Policy;
}

export interface ActorsRole {
  readonly worker: Worker;
  stop(): Promise<void>;
}

export async function startActors(options: ActorsRoleOptions): Promise<ActorsRole> {
  const { bus, count, senders, metrics, log, policy } = options;
  const id = `${hostname().replace(/[^\w-]/g, '_')}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const membership = await joinWorkers(bus, id, systemClock, log);
  const system = startActorSystem<Turn>();
  const worker = startWorker(
    {
      bus,
      publisher: framePublisher(bus),
      count,
      kinds: { alert: alertKind, group: groupKind, channel: channelKind },
      system,
      clock: systemClock,
      log,
      metrics,
      policy,
      random: Math.random,
      send: ({ notification, attempt }, signal) => senders.send(notification, attempt, signal),
    },
    membership,
  );
  return {
    worker,
    async stop() {
      await worker.stop();
      system.close();
    },
  };
}
