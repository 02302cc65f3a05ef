/** A clock that stands still until a test moves it. */

import type { Clock } from '../../telemetry/clock.ts';

interface Timer {
  readonly dueAt: number;
  /** Timers of the same due time run in the order in which they were set. */
  readonly order: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** `wall`: Unix time in milliseconds at the start. */
  constructor(wall: number = Date.parse('2026-11-23T09:00:00Z')) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { dueAt: this.#monotonic + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves both times on and runs every timer that comes due, each at its own time, those that timers set included. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let timer = this.#nextDue(end); timer !== null; timer = this.#nextDue(end)) this.#run(timer);
    this.#moveTo(end);
  }

  /** As `advance`, and lets promises and I/O callbacks settle after each timer and at the end. */
  async advanceAndSettle(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let timer = this.#nextDue(end); timer !== null; timer = this.#nextDue(end)) {
      this.#run(timer);
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** The wall clock is set, as an administrator or NTP would: timers and monotonic time do not notice. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #nextDue(end: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.dueAt <= end && (next === null || isBefore(timer, next))) next = timer;
    }
    return next;
  }

  #run(timer: Timer): void {
    this.#timers.delete(timer);
    this.#moveTo(Math.max(this.#monotonic, timer.dueAt));
    timer.callback();
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
