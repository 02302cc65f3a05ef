/** Long work on the thread that serves everybody: after each slice of it, others have their turn. */

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds. A small request takes some four turns from its head to its answer, and may wait for a slice in each. */
const SLICE = 2;

export class Turns {
  #since = performance.now();

  /** To be asked often: the slice is over. */
  isDue(): boolean {
    return performance.now() - this.#since >= SLICE;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}
