/**
 * A clock that goes as the system's does, and that a test moves on besides: what is to happen after an hour happens once the test says that
 * the hour is over, and not before, however slow the machine is.
 */

import { type Clock, systemClock } from '../../telemetry/clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
  cancel: () => void;
}

export class MovedClock implements Clock {
  #ahead = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#ahead;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { dueAt: this.monotonic() + ms, callback, cancel: () => {} };
    this.#timers.add(timer);
    this.#set(timer);
    return () => {
      timer.cancel();
      this.#timers.delete(timer);
    };
  }

  /** Both times; timers that come due by it run soon after. */
  move(ms: number): void {
    this.#ahead += ms;
    for (const timer of this.#timers) {
      timer.cancel();
      this.#set(timer);
    }
  }

  #set(timer: Timer): void {
    timer.cancel = systemClock.after(timer.dueAt - this.monotonic(), () => {
      this.#timers.delete(timer);
      timer.callback();
    });
  }
}
