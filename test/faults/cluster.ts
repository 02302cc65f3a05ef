/** One NATS, and roles of Herald in processes of their own around it. */

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type DeploymentStatus, deploymentStatus } from '../../bus/deployment.ts';
import { type PartitionCount, partitionOf } from '../../bus/partition.ts';
import { freePort } from '../../gateway/free-port.ts';
import { partitionCount } from '../../gateway/open-bus.ts';
import { type HeraldProcess, type HeraldRole, startHerald, temporaryFolder } from '../support/herald.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';
import type { Evidence } from './evidence.ts';
import { CHANNEL_NAME } from './traffic.ts';

export interface Cluster {
  readonly nats: NatsServer;
  readonly count: PartitionCount;
  start(role: Exclude<HeraldRole, 'start'>, env?: Readonly<Record<string, string>>): Promise<HeraldProcess>;
}

export interface ClusterOptions {
  readonly partitions: number;
  /** Writes them below the folder; returns what HERALD_CONFIG is to be. */
  readonly resources: (folder: string) => string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The journals of all partitions reserve their bounds. */
const STORE = 32 * 1024 ** 3;

export async function startCluster({ partitions, env = {}, resources }: ClusterOptions): Promise<Cluster> {
  const folder = temporaryFolder();
  const config = resources(folder);
  const nats = await startNats({ maxFileStore: STORE });
  // Notifications name it as the address of Herald, so it is the same for all.
  const listen = `127.0.0.1:${await freePort()}`;
  return {
    nats,
    count: partitionCount(partitions),
    start(role, more = {}) {
      const data = `${folder}/${role}-${randomUUID()}`;
      mkdirSync(data);
      const where = { HERALD_DATA: data, HERALD_CONFIG: config, HERALD_LISTEN: listen, NATS_URL: nats.url };
      return startHerald({ role, env: { ...where, HERALD_PARTITIONS: String(partitions), ...env, ...more } });
    },
  };
}

type WorkerStatus = DeploymentStatus['workers'][number];

/** The record of the worker in this process; null while there is none. */
export async function workerOf({ bus, count }: Evidence, { pid }: HeraldProcess): Promise<WorkerStatus | null> {
  const { workers } = await deploymentStatus(bus, count);
  return workers.find(({ id }) => id.includes(`-${pid}-`)) ?? null;
}

/** Until every partition is held, and by these processes evenly. */
export async function spreadOver(evidence: Evidence, count: PartitionCount, processes: readonly HeraldProcess[]) {
  const total = count.alert + count.channel;
  let seen: unknown;
  await until(
    'partitions to be spread evenly',
    async () => {
      const shares = await Promise.all(
        processes.map(async (process) => (await workerOf(evidence, process))?.partitions.length ?? 0),
      );
      seen = shares;
      const even = shares.every((share) => share >= Math.floor(total / processes.length));
      return even && shares.reduce((sum, share) => sum + share, 0) === total;
    },
    { timeoutMs: 30_000, everyMs: 100, seen: () => seen },
  );
}

/** The partition that an alert's key is decided in. */
export function homeOf(key: string, count: PartitionCount): string {
  return partitionOf({ partition: 'alert', kind: 'alert', key }, count);
}

/** The partition that owns the channel of the fault tests. */
export function homeOfChannel(count: PartitionCount): string {
  return partitionOf({ partition: 'channel', kind: 'channel', key: `default/${CHANNEL_NAME}` }, count);
}
