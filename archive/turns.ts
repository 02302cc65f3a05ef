/**
 * SQLite holds the thread for as long as a transaction runs. Several transactions that wait for each other would
 * follow without a pause, some seconds in all under load: NATS takes a client that is silent for so long for dead, and starts
 * all of its consumers anew. So they take turns, and between two of them the event loop goes round once. Once the archive is told to
 * stop, those that wait are not begun: what they would have written is in the journals for the next archive.
 */

import { setImmediate as breathe } from 'node:timers/promises';

export class Turns {
  readonly #stop: AbortSignal;
  #last: Promise<unknown> = Promise.resolve();

  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  /** In the order of the calls. Null once it is to stop. Rejects with what `work` throws; those behind it go on. */
  take<T>(work: () => Promise<T>): Promise<T | null> {
    const result = this.#last.then(() => (this.#stop.aborted ? null : work()));
    this.#last = result.then(
      () => breathe(),
      () => breathe(),
    );
    return result;
  }
}
