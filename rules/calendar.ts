/**
 * Business hours: is it working time, why, and until when? Of what a calendar says about a day, the first that is there counts:
 * an exception (a Saturday that is worked), a holiday, the hours of the weekday.
 */

import { changeAfter, DAY, type LocalDay, type MinuteRange, printRange, stretchAt } from './wall-clock.ts';
import type { Zone } from './zone.ts';

/** In the order of LocalDay.weekday. */
export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Both ends included. `yearly`: month * 100 + day, and `to` before `from` goes over New Year. Else days since 1970-01-01. */
export interface DayRange {
  readonly yearly: boolean;
  readonly from: number;
  readonly to: number;
}

export interface Holiday {
  readonly name: string;
  readonly days: DayRange;
}

export interface WorkedDay extends Holiday {
  readonly hours: readonly MinuteRange[];
}

export interface CalendarSpec {
  /** For the explanation, as `tenant/name`. */
  readonly name: string;
  readonly zone: Zone;
  /** By LocalDay.weekday, 0 is Sunday. Each list merged. */
  readonly hours: readonly (readonly MinuteRange[])[];
  readonly holidays: readonly Holiday[];
  readonly exceptions: readonly WorkedDay[];
}

export interface CalendarAnswer {
  readonly inside: boolean;
  /** For a person, one line. */
  readonly why: string;
  /** Unix ms at which `inside` changes; null: not within nine years. */
  readonly until: number | null;
}

export interface Calendar {
  readonly name: string;
  at(now: number): CalendarAnswer;
}

export function compileCalendar(spec: CalendarSpec): Calendar {
  const rangesOn = (day: LocalDay) => decideDay(spec, day).hours;
  // Asked for every alert, and the answer holds for hours. `now` may go back, so both ends are looked at.
  let known: { readonly from: number; readonly until: number; readonly answer: CalendarAnswer } | null = null;
  return {
    name: spec.name,
    at(now) {
      if (known !== null && now >= known.from && now < known.until) return known.answer;
      const stretch = stretchAt(spec.zone, rangesOn, now);
      const answer = Object.freeze({
        inside: stretch.range !== null,
        why: explain(spec, stretch.day, stretch.range),
        until: changeAfter(spec.zone, rangesOn, stretch),
      });
      known = { from: stretch.from, until: stretch.until, answer };
      return answer;
    },
  };
}

interface DayDecision {
  readonly hours: readonly MinuteRange[];
  readonly exception?: string;
  readonly holiday?: string;
}

function decideDay(spec: CalendarSpec, day: LocalDay): DayDecision {
  const exception = spec.exceptions.find(({ days }) => covers(days, day));
  if (exception !== undefined) return { hours: exception.hours, exception: exception.name };
  const holiday = spec.holidays.find(({ days }) => covers(days, day));
  if (holiday !== undefined) return { hours: [], holiday: holiday.name };
  return { hours: spec.hours[day.weekday] ?? [] };
}

function covers({ yearly, from, to }: DayRange, day: LocalDay): boolean {
  const at = yearly ? day.month * 100 + day.day : day.number;
  return from <= to ? at >= from && at <= to : at >= from || at <= to;
}

function explain(spec: CalendarSpec, day: LocalDay, range: MinuteRange | null): string {
  const { hours, exception, holiday } = decideDay(spec, day);
  const date = `${WEEKDAYS[day.weekday]} ${new Date(day.number * DAY).toISOString().slice(0, 10)}`;
  const by = `Calendar ${spec.name} (${spec.zone.name})`;
  if (holiday !== undefined) return `outside hours: ${date} is the holiday ${JSON.stringify(holiday)} of ${by}`;
  const because = exception === undefined ? '' : `, the exception ${JSON.stringify(exception)}`;
  if (range !== null) return `inside hours: ${date}${because} is worked ${printRange(range)} by ${by}`;
  const worked = hours.length === 0 ? 'not worked' : `worked only ${hours.map(printRange).join(' and ')}`;
  return `outside hours: ${date}${because} is ${worked} by ${by}`;
}
