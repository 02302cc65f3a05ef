/** The Retry-After header (RFC 9110, 10.2.3): seconds, or an HTTP date in any of its three forms. */

/** A broken clock or header at the other side must not park a notification for years. */
const LONGEST = 24 * 60 * 60 * 1000;

const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/** Unix time in milliseconds before which not to try again, at most a day from `now`; null: nothing readable was asked for. */
export function retryAfter(header: string | null, now: number): number | null {
  const value = header?.trim() ?? '';
  const asked = /^\d+$/.test(value) ? now + Number(value) * 1000 : dateOf(value);
  return asked === null ? null : Math.min(Math.max(asked, now), now + LONGEST);
}

function dateOf(value: string): number | null {
  if (!DATE.test(value)) return null;
  // The oldest form (asctime) names no zone; all of them mean GMT.
  const time = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(time) ? null : time;
}
