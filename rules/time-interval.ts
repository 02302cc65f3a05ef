/**
 * Alertmanager's time intervals (timeinterval/timeinterval.go, ContainsTime): one is a list of entries, of which any may hold; an
 * entry holds when each of its fields does; a field is a list of ranges, of which any may hold. Clock, day, month and year are
 * those of the entry's zone.
 */

import type { Hold, ReceiverTiming } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import { changeAfter, DAY, type LocalDay, type MinuteRange, type Stretch, stretchAt } from './wall-clock.ts';
import type { Zone } from './zone.ts';

/** Both ends included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** null: any. */
export interface IntervalEntry {
  readonly zone: Zone;
  /** Merged. */
  readonly times: readonly MinuteRange[] | null;
  /** 0 is Sunday. */
  readonly weekdays: readonly NumberRange[] | null;
  /** From 1, or from -1, the last day of the month, backwards. */
  readonly daysOfMonth: readonly NumberRange[] | null;
  readonly months: readonly NumberRange[] | null;
  readonly years: readonly NumberRange[] | null;
}

export interface Interval {
  readonly inside: boolean;
  /** Unix ms at which that may change: until then it does not. Infinity: not within nine years. */
  readonly until: number;
}

export interface TimeInterval {
  at(now: number): Interval;
}

const WHOLE_DAY: readonly MinuteRange[] = [{ from: 0, to: 1440 }];
const NEVER: readonly MinuteRange[] = [];

export function compileTimeInterval(entries: readonly IntervalEntry[]): TimeInterval {
  const compiled = entries.map(compileEntry);
  return {
    at(now) {
      const answers = compiled.map((entry) => entry(now));
      const holding = answers.filter((answer) => answer.inside);
      return holding.length > 0
        ? { inside: true, until: Math.max(...holding.map((answer) => answer.until)) }
        : { inside: false, until: Math.min(...answers.map((answer) => answer.until)) };
    },
  };
}

/** The way to the next change may lead through years of days, so it is gone once. `now` may go back. */
function compileEntry(entry: IntervalEntry): (now: number) => Interval {
  const rangesOn = (day: LocalDay) => (isOn(entry, day) ? (entry.times ?? WHOLE_DAY) : NEVER);
  let known: { readonly from: number; readonly until: number; readonly answer: Interval } | null = null;
  return (now) => {
    if (known !== null && now >= known.from && now < known.until) return known.answer;
    const stretch: Stretch = stretchAt(entry.zone, rangesOn, now);
    const until = changeAfter(entry.zone, rangesOn, stretch) ?? Number.POSITIVE_INFINITY;
    const answer = Object.freeze({ inside: stretch.range !== null, until });
    // "Not within nine years" is looked at again while it is still true.
    known = { from: stretch.from, until: Math.min(until, stretch.from + 366 * DAY), answer };
    return answer;
  };
}

function isOn(entry: IntervalEntry, day: LocalDay): boolean {
  return (
    within(entry.weekdays, day.weekday) &&
    within(entry.months, day.month) &&
    within(entry.years, day.year) &&
    (entry.daysOfMonth === null || entry.daysOfMonth.some((range) => isDayOfMonth(range, day)))
  );
}

function within(ranges: readonly NumberRange[] | null, value: number): boolean {
  return ranges === null || ranges.some(({ from, to }) => value >= from && value <= to);
}

function isDayOfMonth(range: NumberRange, { day, daysInMonth }: LocalDay): boolean {
  const from = range.from < 0 ? daysInMonth + range.from + 1 : range.from;
  const to = range.to < 0 ? daysInMonth + range.to + 1 : range.to;
  return day >= from && day <= to;
}

/** Between names, changes and changes back that are looked through for the end of a hold. */
const MOST_CHANGES = 1000;

/**
 * As Alertmanager's stages do: outside of all active intervals, or inside of any mute interval, nothing is sent. A name that is
 * not declared (any more) holds nothing back.
 */
export function timeHold(
  intervals: ReadonlyMap<string, TimeInterval>,
  { activeTimeIntervals = [], muteTimeIntervals = [] }: ReceiverTiming,
  now: number,
): Hold | null {
  const active = activeTimeIntervals.filter((name) => intervals.has(name));
  const mute = muteTimeIntervals.filter((name) => intervals.has(name));
  const held = (at: number) => heldAt(intervals, active, mute, at);
  const first = held(now);
  if (first === null) return null;
  let until = first.until;
  for (let changes = 0; until < Number.POSITIVE_INFINITY && changes < MOST_CHANGES; changes++) {
    const again = held(until);
    if (again === null) break;
    until = again.until;
  }
  return { reason: first.reason, until: until === Number.POSITIVE_INFINITY ? null : until };
}

function heldAt(
  intervals: ReadonlyMap<string, TimeInterval>,
  active: readonly string[],
  mute: readonly string[],
  at: number,
): { readonly reason: Hold['reason']; readonly until: number } | null {
  const looked = (names: readonly string[]) => names.map((name) => ({ name, ...intervals.get(name)!.at(at) }));
  const open = looked(active);
  if (open.length > 0 && open.every(({ inside }) => !inside)) {
    const detail = `outside of ${namesOf(active)}, in which alone the route is active`;
    return { reason: reason('hold.inactive-interval', detail), until: Math.min(...open.map(({ until }) => until)) };
  }
  const closed = looked(mute).filter(({ inside }) => inside);
  if (closed.length === 0) return null;
  const detail = `inside of ${namesOf(closed.map(({ name }) => name))}, which mutes the route`;
  return { reason: reason('hold.mute-interval', detail), until: Math.max(...closed.map(({ until }) => until)) };
}

function namesOf(names: readonly string[]): string {
  return `TimeInterval ${names.join(', ')}`;
}
