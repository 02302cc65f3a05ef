/**
 * The circuit breaker of a channel.
 *
 *   state     | a success | a failure that may pass                  | its pause is over
 *   ----------|-----------|------------------------------------------|------------------
 *   closed    | closed    | open, if it is the last of so many in a  |
 *             |           | row                                      |
 *   open      | closed    | open                                     | half-open
 *   half-open | closed    | open for twice as long, if it is that of |
 *             |           | the one send that was let through        |
 *
 * A refusal for good counts as a success: the provider is there, and it is this message that it does not want. Half-open is no
 * state of its own: it is open whose pause is over. Plain data, changed in place (see channel-state.ts).
 */

import type { BreakerPolicy } from '../alert/policy.ts';

export interface Breaker {
  /** In a row, up to now. */
  failures: number;
  /** Pauses in a row, up to now; 0: closed. */
  pauses: number;
  /** When the pause is over; 0: closed. Unix time in milliseconds. */
  until: number;
  /** Id of the notification that was let through to see; null: none. */
  probe: string | null;
}

export type BreakerStanding = 'closed' | 'open' | 'half-open';

export function closedBreaker(): Breaker {
  return { failures: 0, pauses: 0, until: 0, probe: null };
}

export function standingOf({ pauses, until }: Breaker, now: number): BreakerStanding {
  return pauses === 0 ? 'closed' : now < until ? 'open' : 'half-open';
}

/** Until when to open after this failure; null: it stays as it is. */
export function opensUntil(
  breaker: Breaker,
  notificationId: string,
  policy: BreakerPolicy | undefined,
  now: number,
): number | null {
  if (policy === undefined) return null;
  const opens = breaker.pauses === 0 ? breaker.failures + 1 >= policy.failures : breaker.probe === notificationId;
  return opens ? now + Math.min(policy.maxPause, policy.pause * 2 ** Math.min(breaker.pauses, 30)) : null;
}

export function noteFailure(breaker: Breaker, notificationId: string): void {
  breaker.failures++;
  endProbe(breaker, notificationId);
}

export function noteOpened(breaker: Breaker, until: number): void {
  breaker.pauses++;
  breaker.until = until;
  breaker.probe = null;
}

export function noteSuccess(breaker: Breaker): void {
  breaker.failures = 0;
  breaker.pauses = 0;
  breaker.until = 0;
  breaker.probe = null;
}

/** It ended without saying anything of the provider: another one may be let through. */
export function endProbe(breaker: Breaker, notificationId: string): void {
  if (breaker.probe === notificationId) breaker.probe = null;
}
