/** How long to wait before the next attempt: exponential with full jitter, so that failed deliveries do not return in step. */

import type { RetryPolicy } from '../alert/policy.ts';

/** `attempt`: the one that failed, from 1. `random`: in [0, 1). Milliseconds. */
export function backoff(attempt: number, { initial, max }: RetryPolicy, random: number): number {
  return Math.floor(random * Math.min(max, initial * 2 ** (attempt - 1)));
}
