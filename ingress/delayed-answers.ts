/** Answers that wait: each holds a connection, so beyond a number of them nobody waits. */

import type { Clock } from '../telemetry/clock.ts';

const MOST = 1000;

export class DelayedAnswers {
  readonly #clock: Clock;
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `answer` after `delay` milliseconds. Returns what keeps it from that, to be called before; null: too many wait, this one does not. */
  wait(delay: number, answer: () => void): (() => void) | null {
    if (this.#waiting >= MOST) return null;
    this.#waiting += 1;
    const cancel = this.#clock.after(delay, () => {
      this.#waiting -= 1;
      answer();
    });
    return () => {
      this.#waiting -= 1;
      cancel();
    };
  }
}
