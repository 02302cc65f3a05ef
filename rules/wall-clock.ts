/**
 * Times of day that are "inside" on each local day, such as working hours, and when that changes next. What the clock on the wall
 * shows decides: an hour that it skips does not happen, and one that it shows twice counts twice, as in Alertmanager.
 */

import type { Zone } from './zone.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;

export interface LocalDay {
  /** Days since 1970-01-01. */
  readonly number: number;
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly daysInMonth: number;
}

/** Minutes of the local day, `to` excluded: 1440 is the midnight at its end. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** Sorted, and no two of them touch or overlap: see `merged`. */
export type RangesOn = (day: LocalDay) => readonly MinuteRange[];

/** Nothing about it changes in [from, until): the day, the range, the offset. Unix ms. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly day: LocalDay;
  /** The range that holds; null outside of all. */
  readonly range: MinuteRange | null;
}

export function stretchAt(zone: Zone, rangesOn: RangesOn, at: number): Stretch {
  const span = zone.spanAt(at);
  const local = at + span.offset;
  const number = Math.floor(local / DAY);
  const day = localDay(number);
  const midnight = number * DAY;
  let from = 0;
  let to = DAY;
  let range: MinuteRange | null = null;
  for (const candidate of rangesOn(day)) {
    if (candidate.to * MINUTE <= local - midnight) from = candidate.to * MINUTE;
    else if (candidate.from * MINUTE > local - midnight) {
      to = candidate.from * MINUTE;
      break;
    } else {
      range = candidate;
      from = candidate.from * MINUTE;
      to = candidate.to * MINUTE;
      break;
    }
  }
  return {
    from: Math.max(span.from, midnight + from - span.offset),
    until: Math.min(span.until, midnight + to - span.offset),
    day,
    range,
  };
}

/** What is looked through at most: enough for a day that comes only in leap years. */
const HORIZON = 9 * 366 * DAY;

/** When inside becomes outside or the other way round; null: not within nine years. */
export function changeAfter(zone: Zone, rangesOn: RangesOn, first: Stretch): number | null {
  const inside = first.range !== null;
  for (let at = first.until; at < first.until + HORIZON; ) {
    const stretch = stretchAt(zone, rangesOn, at);
    if ((stretch.range !== null) !== inside) return at;
    at = stretch.until;
  }
  return null;
}

export function localDay(number: number): LocalDay {
  const date = new Date(number * DAY);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  // 1970-01-01 was a Thursday.
  const weekday = (((number + 4) % 7) + 7) % 7;
  return { number, year, month, day: date.getUTCDate(), weekday, daysInMonth: daysInMonth(year, month) };
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Sorted, with those that touch or overlap made one. */
export function merged(ranges: readonly MinuteRange[]): readonly MinuteRange[] {
  const whole: MinuteRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last === undefined || range.from > last.to) whole.push(range);
    else whole[whole.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return whole;
}

/** Hours of the clock as `HH:MM`, up to 24:00; null for anything else (Alertmanager's timeinterval.go knows the same). */
export function parseClock(text: string): number | null {
  const parts = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (parts === null) return null;
  return parts[1] === undefined ? 1440 : Number(parts[1]) * 60 + Number(parts[2]);
}

export function printClock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

export function printRange({ from, to }: MinuteRange): string {
  return `${printClock(from)}-${printClock(to)}`;
}
