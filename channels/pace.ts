/**
 * How much a channel asks of a provider that wants fewer requests (429, `ratelimited`). Nothing is sent until the time that it named;
 * then half as many at once as before, and one more each time as many as that were taken: additive increase, multiplicative
 * decrease, as congestion is avoided in networks (Chiu and Jain, 1989).
 *
 * That is neither a failure of the provider, so the breaker stays closed, nor one of the notification: an attempt is used up only where
 * nothing at all was taken since the pause before, so that a provider that takes nothing any more is given up as ever.
 *
 * Plain data, changed in place (see channel-state.ts). Times are Unix milliseconds.
 */

export interface Pace {
  /** How many at once; 0: as many as the channel's concurrency allows. May have a fraction. */
  window: number;
  /** Nothing is sent between these two. */
  since: number;
  until: number;
  /** Whether anything was taken since. */
  taken: boolean;
}

/** So many at once no channel sends: there is no limit any more. */
const WIDE = 1000;
/** For longer than this nobody waits who has somewhere else to go. Milliseconds. */
const PATIENCE = 60_000;

export function ownPace(): Pace {
  return { window: 0, since: 0, until: 0, taken: true };
}

export function roomIn({ window }: Pace, concurrency: number): number {
  return window === 0 ? concurrency : Math.min(concurrency, Math.max(1, Math.floor(window)));
}

export function isLong({ since, until }: Pace): boolean {
  return until - since > PATIENCE;
}

/** `underWay`: how many were, this one included. What comes of the same burst makes it no smaller still. */
export function noteLimited(pace: Pace, underWay: number, now: number, until: number): void {
  if (now >= pace.until) {
    pace.window = Math.max(1, Math.floor((pace.window === 0 ? underWay : pace.window) / 2));
    pace.since = now;
  }
  pace.until = Math.max(pace.until, until);
  pace.taken = false;
}

/** The pause is over: something is sent again. */
export function noteSent(pace: Pace, now: number): void {
  if (now < pace.until) return;
  pace.since = 0;
  pace.until = 0;
}

export function noteTaken(pace: Pace): void {
  pace.taken = true;
  if (pace.window === 0) return;
  const wider = pace.window + 1 / pace.window;
  pace.window = wider > WIDE ? 0 : wider;
}
