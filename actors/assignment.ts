/**
 * Which worker should hold which partition: every worker computes the same answer from the same list of workers. Rendezvous
 * hashing with a cap of one more than the even share, so that a worker that comes or goes moves few partitions and nobody
 * holds many more than others.
 */

import { fnv1a32, type PartitionName } from '../bus/partition.ts';

export function assign(partitions: readonly PartitionName[], workers: readonly string[]): Map<PartitionName, string> {
  const assigned = new Map<PartitionName, string>();
  if (workers.length === 0) return assigned;
  const cap = Math.ceil(partitions.length / workers.length);
  const load = new Map(workers.map((worker) => [worker, 0]));
  for (const partition of partitions) {
    const ranked = [...workers].sort((a, b) => score(b, partition) - score(a, partition) || (a < b ? -1 : 1));
    const chosen = ranked.find((worker) => load.get(worker)! < cap) ?? ranked[0]!;
    load.set(chosen, load.get(chosen)! + 1);
    assigned.set(partition, chosen);
  }
  return assigned;
}

function score(worker: string, partition: PartitionName): number {
  // FNV alone keeps neighbours together: a final mix spreads them (murmur3's finaliser).
  let hash = fnv1a32(`${partition}|${worker}`);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
