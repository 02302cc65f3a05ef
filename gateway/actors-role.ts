/** The role that decides and delivers: a worker with its share of the partitions, and the inlet for alerts by NATS. */

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { startActorSystem } from '../actors/actor-system.ts';
import { alertKind } from '../actors/alert-actor.ts';
import { channelKind } from '../actors/channel-actor.ts';
import { correlatorKind } from '../actors/correlator-actor.ts';
import { groupKind } from '../actors/group-actor.ts';
import { holdsKind } from '../actors/holds-actor.ts';
import type { PartitionMetrics } from '../actors/partition.ts';
import { promotionKind } from '../actors/promotion-actor.ts';
import type { Kinds } from '../actors/recovery.ts';
import type { Turn } from '../actors/turn.ts';
import { startWorker, type Worker } from '../actors/worker.ts';
import type { Policy } from '../alert/policy.ts';
import type { Bus } from '../bus/connection.ts';
import { framePublisher } from '../bus/ingest.ts';
import { joinWorkers } from '../bus/lease.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { systemRandom } from '../ingress/random.ts';
import type { IngressSource } from '../ingress/source.ts';
import type { Plugins } from '../rules/plugins.ts';
import { createRulesPool } from '../rules/pool.ts';
import { Beat } from '../telemetry/beat.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuditTrail } from './audit-trail.ts';
import { startProbes } from './channel-probes.ts';
import { keepInboxes, ownsChannel, replyActions } from './inboxes.ts';
import { keepInlet } from './nats-inlet.ts';
import type { Senders } from './senders.ts';

/**
 * Between the commits of a busy worker, in milliseconds. A commit costs nearly the same for one event as for ten, and an alert
 * takes part in four of them on its way.
 */
const COMMIT_SPACING = 8;

const KINDS: Kinds = {
  alert: alertKind,
  group: groupKind,
  holds: holdsKind,
  promotion: promotionKind,
  correlator: correlatorKind,
  channel: channelKind,
};

export interface ActorsRoleOptions {
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly senders: Senders;
  readonly plugins: Plugins;
  readonly audit: Pick<AuditTrail, 'command' | 'refused'>;
  readonly metrics: PartitionMetrics;
  readonly log: Log;
  policy(): Policy;
  findSource(name: string): IngressSource | null;
  masksBeforeStoring(tenant: string): boolean;
}

export interface ActorsRole {
  readonly worker: Worker;
  stop(): Promise<void>;
}

export async function startActors(options: ActorsRoleOptions): Promise<ActorsRole> {
  const { bus, count, senders, plugins, metrics, log, policy, findSource, masksBeforeStoring } = options;
  const id = `${hostname().replace(/[^\w-]/g, '_')}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const membership = await joinWorkers(bus, id, systemClock, log);
  const system = startActorSystem<Turn>();
  const pool = createRulesPool();
  const worker = startWorker(
    {
      bus,
      publisher: framePublisher(bus),
      count,
      kinds: KINDS,
      system,
      clock: systemClock,
      beat: new Beat(systemClock, COMMIT_SPACING),
      log,
      metrics,
      policy,
      random: Math.random,
      correlate: (task) => pool.correlate(task, task.limit),
      askPlugin: (key, alerts) => plugins.ask(key, alerts),
      askKeys: (key, alerts) => plugins.keys(key, alerts),
      send: (send, signal) => senders.send(send, signal),
    },
    membership,
  );
  const publisher = framePublisher(bus);
  const random = systemRandom();
  const inlet = { bus, publisher, count, clock: systemClock, log, random, findSource, masksBeforeStoring };
  const inletKeeper = keepInlet(worker, inlet);
  const probes = startProbes({
    count,
    publisher,
    clock: systemClock,
    log,
    channels: () => senders.channels,
    owned: () => worker.status().map(({ partition }) => partition),
    probe: (tenant, name, signal) => senders.probe(tenant, name, signal),
  });
  const inboxes = keepInboxes({
    clock: systemClock,
    log,
    watchable: () => senders.watchable(),
    owns: (channel) => ownsChannel(worker.status(), count)(channel),
    actions: (channel) => replyActions(bus, count, channel, options.audit),
  });
  return {
    worker,
    async stop() {
      probes.stop();
      await inletKeeper.stop();
      await inboxes.stop();
      await worker.stop();
      await pool.close();
      system.close();
    },
  };
}
