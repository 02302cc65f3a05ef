/**
 * A token bucket as one number: the time at which all that was sent would have been due at the even rate. It may run ahead of the
 * clock by as much as the burst allows. Source: the generic cell rate algorithm, ITU-T I.371, in its virtual scheduling form.
 *
 * 0 is a bucket that was never used: full. Times are Unix milliseconds.
 */

import type { RateLimit } from '../alert/policy.ts';

/** Milliseconds. At today's dates a double tells no smaller fractions apart; they must not cost a token. */
const EXACTNESS = 1e-3;

/** How many may leave at `now`. */
export function tokensIn(bucket: number, limit: RateLimit, now: number): number {
  const ahead = Math.max(0, withinReach(bucket, limit, now) - now - EXACTNESS);
  return Math.max(0, Math.floor(limit.burst - ahead / limit.interval));
}

/** The bucket after one left at `now`. */
export function spend(bucket: number, limit: RateLimit, now: number): number {
  return Math.max(withinReach(bucket, limit, now), now) + limit.interval;
}

/** When the next may leave; at `now` or before it where it may at once. */
export function freeAt(bucket: number, limit: RateLimit, now: number): number {
  return dueOf(withinReach(bucket, limit, now), limit);
}

/** The same without knowing the time: for a bucket that the clock of today wrote. */
export function dueOf(bucket: number, { burst, interval }: RateLimit): number {
  return Math.ceil(bucket - (burst - 1) * interval - EXACTNESS);
}

/** No bucket is emptier than empty: what lies farther ahead was written under another limit, or by a clock that went back. */
function withinReach(bucket: number, limit: RateLimit, now: number): number {
  return Math.min(bucket, now + limit.burst * limit.interval);
}
