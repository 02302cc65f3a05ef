/**
 * Many that begin together, as the frames of ingress: what they publish leaves in one write and is acknowledged in one, where each
 * for itself would wake both sides. Whoever comes after a pause begins at once.
 */

import type { Clock } from './clock.ts';

type BeatClock = Pick<Clock, 'monotonic' | 'after'>;

export class Beat {
  readonly #clock: BeatClock;
  readonly #spacing: number;
  #last = Number.NEGATIVE_INFINITY;
  #next: Promise<void> | null = null;

  /** `spacing`: milliseconds between two beats. */
  constructor(clock: BeatClock, spacing: number) {
    this.#clock = clock;
    this.#spacing = spacing;
  }

  /** Resolves with the next beat. */
  next(): Promise<void> {
    const rest = this.#last + this.#spacing - this.#clock.monotonic();
    if (this.#next === null && rest <= 0) {
      this.#last = this.#clock.monotonic();
      return Promise.resolve();
    }
    this.#next ??= new Promise((resolve) => {
      this.#clock.after(Math.max(1, rest), () => {
        this.#last = this.#clock.monotonic();
        this.#next = null;
        resolve();
      });
    });
    return this.#next;
  }
}
