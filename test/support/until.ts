/** Waiting for a condition, bounded: tests wait for what they need and never for a length of time. */

import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** How long until it counts as never. Only a failing test gets there. */
  readonly timeoutMs?: number;
  /** From one look to the next. Default: a tenth of the time that it has waited, so that looking does not take the time of what is waited for. */
  readonly everyMs?: number;
  /** For the failure message: what was seen last. */
  readonly seen?: () => unknown;
}

/** From one look to the next, where nothing else is said. Milliseconds. */
const SHORTEST = 5;
const LONGEST = 25;

type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

/**
 * Resolves with the first truthy value of `condition`. Fails with `what` when none comes in time; an error that `condition`
 * throws counts as "not yet" and is the cause of that failure.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<Truthy<T>> {
  const { timeoutMs = 20_000, everyMs } = options;
  const since = performance.now();
  const giveUpAt = since + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= giveUpAt) throw new NeverHappened(what, timeoutMs, options.seen?.(), cause);
    await pause(everyMs ?? Math.min(Math.max(SHORTEST, (performance.now() - since) / 10), LONGEST));
  }
}

export class NeverHappened extends Error {
  readonly code = 'NEVER_HAPPENED';

  constructor(what: string, timeoutMs: number, seen: unknown, cause: unknown) {
    const last = seen === undefined ? '' : `; last seen: ${JSON.stringify(seen)}`;
    super(`waited ${timeoutMs} ms for: ${what}${last}`, { cause });
    this.name = 'NeverHappened';
  }
}
