/**
 * Which worker should hold which partition: every worker computes the same answer from the same list of workers. Rendezvous
 * hashing within even shares, so that a worker that comes or goes moves few partitions and nobody holds more than others: neither of
 * all partitions nor of those of alerts, which have most of the work.
 */

import { fnv1a32, type PartitionName } from '../bus/partition.ts';

export function assign(partitions: readonly PartitionName[], workers: readonly string[]): Map<PartitionName, string> {
  const assigned = new Map<PartitionName, string>();
  if (workers.length === 0) return assigned;
  const all = new Shares(partitions.length, workers);
  const ofAlerts = new Shares(partitions.filter(isOfAlerts).length, workers);
  const ofChannels = new Shares(partitions.length - ofAlerts.size, workers);
  for (const partition of partitions) {
    const ofKind = isOfAlerts(partition) ? ofAlerts : ofChannels;
    const ranked = [...workers].sort((a, b) => score(b, partition) - score(a, partition) || (a < b ? -1 : 1));
    const open = ranked.filter((worker) => all.hasRoom(worker));
    // Who could have one more of its kind may have enough of the other.
    const chosen = open.find((worker) => ofKind.hasRoom(worker)) ?? open[0]!;
    all.take(chosen);
    ofKind.take(chosen);
    assigned.set(partition, chosen);
  }
  return assigned;
}

function isOfAlerts(partition: PartitionName): boolean {
  return partition.startsWith('a');
}

/** So many things among workers: as many for each, and one more for as many of them as there are left over. */
class Shares {
  readonly size: number;
  readonly #even: number;
  readonly #load: Map<string, number>;
  #left: number;

  constructor(size: number, workers: readonly string[]) {
    this.size = size;
    this.#even = Math.floor(size / workers.length);
    this.#left = size % workers.length;
    this.#load = new Map(workers.map((worker) => [worker, 0]));
  }

  hasRoom(worker: string): boolean {
    const load = this.#load.get(worker)!;
    return load < this.#even || (load === this.#even && this.#left > 0);
  }

  take(worker: string): void {
    const load = this.#load.get(worker)!;
    this.#load.set(worker, load + 1);
    if (load === this.#even) this.#left -= 1;
  }
}

function score(worker: string, partition: PartitionName): number {
  // FNV alone keeps neighbours together: a final mix spreads them (murmur3's finaliser).
  let hash = fnv1a32(`${partition}|${worker}`);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
