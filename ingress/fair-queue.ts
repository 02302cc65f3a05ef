/**
 * Work that takes long, of many sources for a few threads. Sources take turns, each with one piece of work at a time, and one whose work
 * was broken off rests for a while: it delays itself, and several such sources delay the others for no longer than one piece takes.
 *
 *   waiting -> running   a thread is free, and it is the turn of the source
 *   waiting -> refused   it waited too long, or the source rests from now on
 *   running -> done      whatever came of it; took it too long, the source rests
 */

import { PoolTimeout } from '../rules/pool.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface FairQueueOptions {
  /** Pieces of work that run at a time. */
  readonly atOnce: number;
  /** How many wait at most, of all sources and of one. */
  readonly most: { readonly all: number; readonly ofOne: number };
  /** Milliseconds that a piece of work waits at most, and that a source rests. */
  readonly patience: number;
  readonly rest: number;
}

/** Others came before it, or its source rests. */
export class QueueRefused extends Error {
  readonly code: 'queue.full' | 'queue.waited-too-long' | 'queue.resting';

  constructor(code: QueueRefused['code']) {
    super(code);
    this.code = code;
  }
}

interface Waiting {
  readonly go: () => void;
  readonly refuse: (code: QueueRefused['code']) => void;
}

export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #clock: Clock;
  readonly #running = new Set<string>();
  /** In the order of their turns. No source has an empty list here. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** Until when. Monotonic. */
  readonly #resting = new Map<string, number>();
  #count = 0;

  constructor(clock: Clock, options: FairQueueOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Rejects with QueueRefused, and with what `work` rejects with: PoolTimeout says that it was broken off. */
  async run<Result>(source: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#rests(source)) throw new QueueRefused('queue.resting');
    if (this.#running.size < this.#options.atOnce && !this.#running.has(source)) this.#running.add(source);
    else await this.#turnOf(source);
    try {
      return await work();
    } catch (error) {
      if (error instanceof PoolTimeout) this.#rest(source);
      throw error;
    } finally {
      this.#running.delete(source);
      this.#next();
    }
  }

  #turnOf(source: string): Promise<void> {
    const { most, patience } = this.#options;
    const own = this.#waiting.get(source) ?? [];
    if (this.#count >= most.all || own.length >= most.ofOne) throw new QueueRefused('queue.full');
    return new Promise((resolve, reject) => {
      const leave = () => {
        cancel();
        this.#remove(source, waiting);
      };
      const waiting: Waiting = {
        go() {
          leave();
          resolve();
        },
        refuse(code) {
          leave();
          reject(new QueueRefused(code));
        },
      };
      const cancel = this.#clock.after(patience, () => waiting.refuse('queue.waited-too-long'));
      own.push(waiting);
      this.#waiting.set(source, own);
      this.#count += 1;
    });
  }

  #remove(source: string, one: Waiting): void {
    const rest = this.#waiting.get(source)?.filter((other) => other !== one) ?? [];
    // Whoever had its turn is the last from now on.
    this.#waiting.delete(source);
    if (rest.length > 0) this.#waiting.set(source, rest);
    this.#count -= 1;
  }

  #next(): void {
    for (const [source, [first]] of this.#waiting) {
      if (this.#running.size >= this.#options.atOnce) return;
      if (first === undefined || this.#running.has(source)) continue;
      this.#running.add(source);
      first.go();
    }
  }

  #rest(source: string): void {
    this.#resting.set(source, this.#clock.monotonic() + this.#options.rest);
    for (const one of this.#waiting.get(source) ?? []) one.refuse('queue.resting');
  }

  #rests(source: string): boolean {
    const until = this.#resting.get(source) ?? 0;
    if (this.#clock.monotonic() < until) return true;
    this.#resting.delete(source);
    return false;
  }
}
