/** TimeInterval: times at which routes are mute or active. Field names as in prometheus-operator's MuteTimeInterval. */

import Type from 'typebox';
import { WEEKDAYS } from '../rules/calendar.ts';
import { compileTimeInterval, type NumberRange, type TimeInterval } from '../rules/time-interval.ts';
import { merged, parseClock } from '../rules/wall-clock.ts';
import { UTC, type Zone } from '../rules/zone.ts';
import { deepFreeze } from './canonical.ts';
import type { Declared } from './resource.ts';
import { checkedZone, zoneSchema } from './zone.ts';

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const CLOCK = 'a time of day such as 09:00, up to 24:00';

export const clock = Type.Refine(
  Type.String({ description: CLOCK }),
  (text) => parseClock(text) !== null,
  (text) => `is ${JSON.stringify(text)}; allowed: ${CLOCK}`,
);

const time = Type.Refine(
  Type.Object({ startTime: clock, endTime: clock }, { additionalProperties: false }),
  ({ startTime, endTime }) => !(minutes(startTime) >= minutes(endTime)),
  ({ startTime, endTime }) =>
    `ends at ${endTime}, not after its start at ${startTime}; a night takes two: ${startTime} to 24:00, and 00:00 to ${endTime}`,
);

interface Names {
  readonly allowed: string;
  /** NaN: not one of them. */
  numberOf(word: string): number;
}

const WEEKDAY: Names = {
  allowed: 'a weekday such as saturday, or a range from sunday on such as monday:friday',
  numberOf: (word) => indexOr(WEEKDAYS, word, 0, Number.NaN),
};

const MONTH: Names = {
  allowed: "a month such as december or '12', or a range such as march:may",
  numberOf: (word) => indexOr(MONTHS, word, 1, wholeBetween(word, 1, 12)),
};

const YEAR: Names = {
  allowed: "a year such as '2027', or a range such as '2027:2029'",
  numberOf: (word) => wholeBetween(word, 1, 9999),
};

/** A number is taken as its text, as YAML readers of Alertmanager do: `months: [12]`. */
function ranges(names: Names) {
  return Type.Array(
    Type.Refine(
      Type.Union([Type.String(), Type.Integer()], { description: names.allowed }),
      (value) => typeof readRange(names, String(value)) !== 'string',
      (value) => `is ${JSON.stringify(value)}${readRange(names, String(value))}`,
    ),
    { minItems: 1, description: `a list with at least one of: ${names.allowed}` },
  );
}

const dayOfMonth = Type.Integer({
  minimum: -31,
  maximum: 31,
  description: 'a day from 1 to 31, or from -1, the last, to -31',
});

const days = Type.Refine(
  Type.Object({ start: dayOfMonth, end: Type.Optional(dayOfMonth) }, { additionalProperties: false }),
  (range) => daysProblem(range) === null,
  (range) => daysProblem(range) ?? 'is no range of days',
);

/** For other kinds as well: the hours of people and of their schedules are written in the same way. */
export const timesSchema = Type.Array(
  Type.Object(
    {
      times: Type.Optional(Type.Array(time, { minItems: 1 })),
      weekdays: Type.Optional(ranges(WEEKDAY)),
      daysOfMonth: Type.Optional(Type.Array(days, { minItems: 1 })),
      months: Type.Optional(ranges(MONTH)),
      years: Type.Optional(ranges(YEAR)),
      location: Type.Optional(zoneSchema),
    },
    { additionalProperties: false },
  ),
  {
    minItems: 1,
    description: 'a list with at least one of { times, weekdays, daysOfMonth, months, years, location }',
  },
);

export type DeclaredTimes = Type.Static<typeof timesSchema>;

export const timeIntervalSpec = Type.Object({ timeIntervals: timesSchema }, { additionalProperties: false });

type TimeIntervalDeclared = Type.Static<typeof timeIntervalSpec>;

/** `zone`: of entries that name none. */
export function timesFrom(declared: DeclaredTimes, zone: Zone = UTC): TimeInterval {
  const entries = declared.map((entry) => ({
    zone: entry.location === undefined ? zone : checkedZone(entry.location),
    times: some(entry.times, (list) =>
      merged(list.map((one) => ({ from: minutes(one.startTime), to: minutes(one.endTime) }))),
    ),
    weekdays: some(entry.weekdays, (list) => checkedRanges(WEEKDAY, list)),
    daysOfMonth: some(entry.daysOfMonth, (list) => list.map(({ start, end }) => ({ from: start, to: end ?? start }))),
    months: some(entry.months, (list) => checkedRanges(MONTH, list)),
    years: some(entry.years, (list) => checkedRanges(YEAR, list)),
  }));
  return compileTimeInterval(deepFreeze(entries));
}

/** By tenant, then by name. */
export function compileTimeIntervals(
  declared: readonly Declared[],
): ReadonlyMap<string, ReadonlyMap<string, TimeInterval>> {
  const tenants = [...Map.groupBy(declared, (one) => one.tenant)];
  return new Map(tenants.map(([tenant, list]) => [tenant, new Map(list.map((one) => [one.name, fromSpec(one.spec)]))]));
}

function fromSpec(spec: unknown): TimeInterval {
  return timesFrom((spec as TimeIntervalDeclared).timeIntervals);
}

function some<T, U>(declared: T | undefined, read: (value: T) => U): U | null {
  return declared === undefined ? null : read(declared);
}

function checkedRanges(names: Names, values: readonly (string | number)[]): readonly NumberRange[] {
  return values.map((value) => {
    const range = readRange(names, String(value));
    if (typeof range === 'string') throw new TypeError(`unchecked range ${JSON.stringify(value)}`);
    return range;
  });
}

/** A text says what is wrong. */
function readRange(names: Names, text: string): NumberRange | string {
  const [first = '', last = first, ...more] = text.toLowerCase().split(':');
  const from = names.numberOf(first);
  const to = names.numberOf(last);
  if (Number.isNaN(from) || Number.isNaN(to) || more.length > 0) return `; allowed: ${names.allowed}`;
  if (from <= to) return { from, to };
  return `, which ends before it starts; allowed: ${names.allowed}, or the two parts as ranges of their own`;
}

/** NaN for what is no time. */
export function minutes(text: unknown): number {
  return (typeof text === 'string' ? parseClock(text) : null) ?? Number.NaN;
}

function indexOr(words: readonly string[], word: string, first: number, otherwise: number): number {
  const index = words.indexOf(word);
  return index < 0 ? otherwise : index + first;
}

function wholeBetween(text: string, min: number, max: number): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : Number.NaN;
}

/** What Alertmanager refuses too: with 28 days, the shortest month decides where the ends count from different sides. */
function daysProblem({ start, end = start }: { readonly start: number; readonly end?: number }): string | null {
  if (start === 0 || end === 0) return 'has the day 0; allowed: 1 is the first of the month, -1 its last';
  if (start < 0 && end > 0)
    return `starts from the end of the month and ends at ${end}; allowed: a negative end, such as -1`;
  const inShortest = (day: number) => (day < 0 ? 28 + day : day);
  return inShortest(start) <= inShortest(end)
    ? null
    : `ends on day ${end}, before it starts on ${start}; swap start and end`;
}
