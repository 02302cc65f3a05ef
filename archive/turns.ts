/**
 * SQLite holds the thread for as long as a transaction runs. Several partitions' transactions that wait for each other would
 * follow without a pause, some seconds in all under load: NATS takes a client that is silent for so long for dead, and starts
 * all of its consumers anew. So they take turns, and between two of them the event loop goes round once.
 */

import { setImmediate as breathe } from 'node:timers/promises';

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** In the order of the calls. Rejects with what `work` throws; those behind it go on. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.then(
      () => breathe(),
      () => breathe(),
    );
    return result;
  }
}
