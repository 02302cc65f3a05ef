/** How long a sender may take: so many bytes at the least in every `idle`, and no more than `total` in all. */

import type { Clock } from '../telemetry/clock.ts';

export interface Limits {
  /** Milliseconds. */
  readonly idle: number;
  readonly total: number;
  /** Bytes that end a pause; 0: any. */
  readonly pace: number;
}

export class Patience {
  #progressAt: number;
  /** Bytes up to the last progress. */
  #received: number;
  #cancel: () => void;
  readonly #end: number;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #onExhausted: () => void;

  /** `received`: bytes so far, as in `came`. */
  constructor(clock: Clock, limits: Limits, received: number, onExhausted: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#received = received;
    this.#onExhausted = onExhausted;
    this.#progressAt = clock.monotonic();
    this.#end = this.#progressAt + limits.total;
    this.#cancel = clock.after(limits.idle, () => this.#look());
  }

  /** Something came. Only notes the time: the timer is not set anew for every chunk. */
  came(received: number): void {
    if (received - this.#received < this.#limits.pace) return;
    this.#progressAt = this.#clock.monotonic();
    this.#received = received;
  }

  end(): void {
    this.#cancel();
  }

  #look(): void {
    const now = this.#clock.monotonic();
    const due = Math.min(this.#progressAt + this.#limits.idle, this.#end);
    if (now >= due) this.#onExhausted();
    else this.#cancel = this.#clock.after(due - now, () => this.#look());
  }
}
