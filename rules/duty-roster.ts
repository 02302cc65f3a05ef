/** A schedule over a stretch of time: who is on call from when to when, and where nobody is. Pure. */

import type { OnCall, Schedule } from '../alert/people.ts';

export interface Shift extends Omit<OnCall, 'until'> {
  /** Unix ms; `end` is the first instant that is no longer in it. */
  readonly start: number;
  readonly end: number;
}

/** Shifts follow each other without an end between them. At most so many: an hourly rotation has 8,760 in a year. */
const MOST_SHIFTS = 10_000;

/** From `from` to `to` in Unix ms, without a hole: gaps are shifts of nobody. The last is cut off at `to`. */
export function roster(schedule: Pick<Schedule, 'at'>, from: number, to: number): readonly Shift[] {
  const shifts: Shift[] = [];
  for (let at = from; at < to && shifts.length < MOST_SHIFTS; ) {
    const { until, ...who } = schedule.at(at);
    const end = Math.min(to, until ?? to);
    shifts.push({ ...who, start: at, end });
    at = end;
  }
  return shifts;
}

export interface Gap {
  readonly start: number;
  readonly end: number;
}

/** When nobody is on call. */
export function gapsOf(shifts: readonly Shift[]): readonly Gap[] {
  return shifts.filter(({ user }) => user === null).map(({ start, end }) => ({ start, end }));
}

/** How far ahead gaps are reported. Milliseconds. */
export const GAP_HORIZON = 30 * 86_400_000;
