/** How many alerts of a group fired at each time, as far as the alerts of its notification tell. */

import type { Notification } from '../../alert/notification.ts';

/** A value holds from its time until that of the next point. */
export interface Series {
  /** Unix ms. */
  readonly from: number;
  readonly until: number;
  /** In order of time; the first one is at `from`. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/** Share of the whole that is shown before the first alert, so that its beginning can be seen. */
const LEAD = 0.06;
/** Milliseconds: alerts of one moment are shown as minutes. */
const SHORTEST = 5 * 60_000;

/** null: one alert is no history. `now`: Unix ms, where the picture ends. */
export function historyOf(notification: Notification, now: number): Series | null {
  const spans = notification.alerts.map(({ status, startsAt, endsAt }) => ({
    // Clocks of senders may be ahead.
    start: Math.min(startsAt, now),
    end: status === 'resolved' ? Math.min(endsAt ?? now, now) : null,
  }));
  if (spans.length < 2) return null;
  const first = Math.min(...spans.map(({ start }) => start));
  const length = Math.max(now - first, SHORTEST);
  const from = now - length * (1 + LEAD);
  const changes = new Map<number, number>();
  const change = (at: number, by: number) => changes.set(at, (changes.get(at) ?? 0) + by);
  for (const { start, end } of spans) {
    change(start, 1);
    if (end !== null) change(Math.max(start, end), -1);
  }
  let value = 0;
  const points = [{ at: from, value }];
  for (const [at, by] of [...changes].sort(([a], [b]) => a - b)) {
    value += by;
    points.push({ at, value });
  }
  return { from, until: now, points };
}

/** The largest value and the last one. */
export function peakAndLast({ points }: Series): { readonly peak: number; readonly last: number } {
  let peak = 0;
  for (const { value } of points) peak = Math.max(peak, value);
  return { peak, last: points.at(-1)?.value ?? 0 };
}
