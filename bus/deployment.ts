/** What can be seen of the whole deployment from anywhere: who is alive, who holds what, how full the inbox is. */

import { bucketKeys } from './bucket-keys.ts';
import type { Bus } from './connection.ts';
import { ingestFill } from './ingest.ts';
import type { PartitionCount } from './partition.ts';
import { WORKERS_BUCKET } from './subjects.ts';

export interface DeploymentStatus {
  readonly nats: { readonly connected: boolean; readonly version: string };
  readonly ingest: { readonly messages: number; readonly bytes: number; readonly maxBytes: number };
  readonly workers: readonly {
    readonly id: string;
    readonly leaving: boolean;
    readonly partitions: readonly string[];
  }[];
}

/** Records of dead workers are left out once they are older than this. Milliseconds of the server's clock. */
const RECENT = 5000;

export async function deploymentStatus(bus: Bus, count: PartitionCount): Promise<DeploymentStatus> {
  const [{ messages, bytes, maxBytes }, workers] = await Promise.all([ingestFill(bus, count), readWorkers(bus)]);
  return {
    nats: { connected: bus.connected(), version: bus.serverVersion },
    ingest: { messages, bytes, maxBytes },
    workers,
  };
}

async function readWorkers(bus: Bus): Promise<DeploymentStatus['workers']> {
  const kv = await bus.kvm.open(WORKERS_BUCKET);
  const keys = await bucketKeys(bus, WORKERS_BUCKET);
  const entries = await Promise.all(keys.map((key) => kv.get(key)));
  const newest = Math.max(0, ...entries.map((entry) => entry?.created.getTime() ?? 0));
  return entries.flatMap((entry) => {
    if (entry === null || entry.operation !== 'PUT' || newest - entry.created.getTime() > RECENT) return [];
    const record = entry.json<{ leaving: boolean; holds: [string, number][] }>();
    const partitions = record.holds.map(([name]) => name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return [{ id: entry.key, leaving: record.leaving, partitions }];
  });
}
