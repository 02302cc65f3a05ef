/** How long a sender may take: no pause longer than `idle`, and no more than `total` in all. Milliseconds. */

import type { Clock } from '../telemetry/clock.ts';

export class Patience {
  #progressAt: number;
  #cancel: () => void;
  readonly #end: number;
  readonly #clock: Clock;
  readonly #idle: number;
  readonly #onExhausted: () => void;

  constructor(clock: Clock, limits: { readonly idle: number; readonly total: number }, onExhausted: () => void) {
    this.#clock = clock;
    this.#idle = limits.idle;
    this.#onExhausted = onExhausted;
    this.#progressAt = clock.monotonic();
    this.#end = this.#progressAt + limits.total;
    this.#cancel = clock.after(limits.idle, () => this.#look());
  }

  /** Something came. Only notes the time: the timer is not set anew for every chunk. */
  progress(): void {
    this.#progressAt = this.#clock.monotonic();
  }

  end(): void {
    this.#cancel();
  }

  #look(): void {
    const now = this.#clock.monotonic();
    const due = Math.min(this.#progressAt + this.#idle, this.#end);
    if (now >= due) this.#onExhausted();
    else this.#cancel = this.#clock.after(due - now, () => this.#look());
  }
}
