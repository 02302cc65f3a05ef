/** How far each partition is projected, for those in this process who wait for it. */

import type { PartitionName } from '../bus/partition.ts';

interface Waiter {
  readonly seq: number;
  wake(): void;
}

export class Progress {
  readonly #reached = new Map<PartitionName, number>();
  readonly #waiters = new Map<PartitionName, Set<Waiter>>();

  advance(partition: PartitionName, seq: number): void {
    this.#reached.set(partition, seq);
    const waiters = this.#waiters.get(partition) ?? [];
    for (const waiter of [...waiters]) if (waiter.seq <= seq) waiter.wake();
  }

  /** Resolves once the partition is projected up to `seq`, or when `signal` aborts. */
  reached(partition: PartitionName, seq: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.#reached.get(partition) ?? 0) >= seq) return Promise.resolve();
    const waiters = this.#waiters.get(partition) ?? new Set();
    this.#waiters.set(partition, waiters);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        seq,
        wake() {
          waiters.delete(waiter);
          signal.removeEventListener('abort', waiter.wake);
          resolve();
        },
      };
      waiters.add(waiter);
      signal.addEventListener('abort', waiter.wake, { once: true });
    });
  }
}
