/**
 * When a plug-in that fails is left alone, and when it is asked again. Pure.
 *
 * closed (asked) → after so many failures in a row: paused → time passes: half open (asked) → one more failure: paused, for twice
 * as long; an answer: closed.
 */

export interface Breaker {
  readonly failures: number;
  /** Monotonic, in milliseconds; 0: not paused. */
  readonly pausedUntil: number;
  /** Length of the last pause. */
  readonly pause: number;
}

export const CLOSED: Breaker = { failures: 0, pausedUntil: 0, pause: 0 };

/** In a row. */
const MOST_FAILURES = 3;
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 10 * 60_000;

export function afterFailure({ failures, pausedUntil, pause }: Breaker, now: number): Breaker {
  const counted = failures + 1;
  if (counted < MOST_FAILURES) return { failures: counted, pausedUntil, pause };
  const next = pause === 0 ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
  // Half open after it: the next failure pauses again.
  return { failures: MOST_FAILURES - 1, pausedUntil: now + next, pause: next };
}

export function isPaused({ pausedUntil }: Breaker, now: number): boolean {
  return now < pausedUntil;
}
