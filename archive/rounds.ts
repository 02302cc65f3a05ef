/**
 * What several partitions have for the archive is done in one go: a transaction, or a wait for NATS, costs as much for one of them
 * as for all. Rounds follow one another; what is handed in while one is under way comes with the next. Where a round fails, each
 * of its partitions is tried alone; one that fails alone stays apart until it is done, and holds up none but itself.
 */

import { setImmediate as breathe } from 'node:timers/promises';
import type { PartitionName } from '../bus/partition.ts';
import type { Batch } from './journal-source.ts';

/** Nobody else gets the thread while SQLite writes: a round takes no more than this, or a single batch. */
const ROUND_EVENTS = 2000;

interface Waiting {
  readonly batch: Batch;
  resolve(): void;
  reject(error: unknown): void;
}

export class Rounds {
  readonly #work: (batches: readonly Batch[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  readonly #apart = new Set<PartitionName>();
  #running = false;

  /** `work`: all or nothing of the batches, one of a partition at most; what it has done already may be given again. */
  constructor(work: (batches: readonly Batch[]) => Promise<void>) {
    this.#work = work;
  }

  /** Resolves once a round with it is done. Rejects with why this batch could not be. */
  take(batch: Batch): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one = { batch, resolve, reject };
    if (this.#apart.has(batch.partition)) void this.#round([one]);
    else this.#waiting.push(one);
    if (!this.#running) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // Others of this turn come along; and the event loop goes round between two rounds.
      await breathe();
      await this.#round(this.#waiting.splice(0, fitting(this.#waiting)));
    }
    this.#running = false;
  }

  async #round(all: readonly Waiting[]): Promise<void> {
    try {
      await this.#work(all.map(({ batch }) => batch));
      for (const { batch, resolve } of all) {
        this.#apart.delete(batch.partition);
        resolve();
      }
    } catch (error) {
      for (const one of all) {
        if (all.length > 1) void this.#round([one]);
        else {
          this.#apart.add(one.batch.partition);
          one.reject(error);
        }
      }
    }
  }
}

/** How many of them, from the first on. */
function fitting(waiting: readonly Waiting[]): number {
  let events = 0;
  const over = waiting.findIndex(({ batch }) => {
    events += eventsIn(batch);
    return events > ROUND_EVENTS;
  });
  return over < 0 ? waiting.length : Math.max(1, over);
}

function eventsIn({ records }: Batch): number {
  return records.reduce((sum, { events }) => sum + events.length, 0);
}
