/** What clocks show, slowly and by another way than rules/zone.ts: each minute is asked of Intl on its own. */

import fc from 'fast-check';
import { daysInMonth } from '../../rules/wall-clock.ts';

export const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export interface Shown {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly minute: number;
  readonly daysInMonth: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function shownAt(zone: string, at: number): Shown {
  const quarter = Math.floor(at / QUARTER) * QUARTER;
  if (last?.zone !== zone || last.quarter !== quarter) last = { zone, quarter, shown: formatted(zone, quarter) };
  const { shown } = last;
  // No clock is changed within a quarter of an hour, since all are ahead of UTC by whole ones; where one is not, it is asked.
  if (shown.minute % 15 !== 0) return formatted(zone, at);
  return { ...shown, minute: shown.minute + Math.floor((at - quarter) / MINUTE) };
}

/** To walk from minute to minute is what it is asked for; formatting each took most of the time. */
let last: { readonly zone: string; readonly quarter: number; readonly shown: Shown } | null = null;

function formatted(zone: string, at: number): Shown {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', { ...numeric, timeZone: zone, weekday: 'short', hourCycle: 'h23' });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.get('weekday')!),
    minute: number('hour') * 60 + number('minute'),
    daysInMonth: daysInMonth(number('year'), number('month')),
  };
}

/** The first full minute after `at` at which `inside` is otherwise, of the next `minutes`; null: none of them. */
export function nextFlip(inside: (at: number) => boolean, at: number, minutes: number): number | null {
  const now = inside(at);
  const first = Math.floor(at / MINUTE) * MINUTE;
  for (let i = 1; i <= minutes; i++) {
    if (inside(first + i * MINUTE) !== now) return first + i * MINUTE;
  }
  return null;
}

/** Clock changes of an hour, of half an hour, in both hemispheres, at midnight, none, and more than half a day from UTC. */
export const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'America/Santiago',
  'Pacific/Apia',
  'Asia/Kolkata',
  'UTC',
];

/** Each with a zone in which something happens there. */
const EDGES = (
  [
    ['Europe/Berlin', '2026-03-29T01:00:00Z'], // from 02:00 to 03:00
    ['Europe/Berlin', '2026-10-25T01:00:00Z'], // from 03:00 to 02:00
    ['America/New_York', '2026-03-08T07:00:00Z'], // from 02:00 to 03:00
    ['America/New_York', '2026-11-01T06:00:00Z'], // from 02:00 to 01:00
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'], // from 02:00 to 02:30
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'], // from 02:00 to 01:30
    ['Africa/Cairo', '2026-04-23T22:00:00Z'], // skips midnight
    ['Africa/Cairo', '2026-10-29T21:00:00Z'], // has the hour before midnight twice
    ['America/Santiago', '2026-09-06T04:00:00Z'], // skips midnight
    ['Pacific/Apia', '2011-12-30T10:00:00Z'], // skips a whole day
    ['UTC', '2028-02-29T00:00:00Z'], // leap day
    ['UTC', '2100-02-28T00:00:00Z'], // no leap year
    ['Asia/Kolkata', '2026-12-31T18:30:00Z'],
  ] as const
).map(([zone, at]) => ({ zone: zone as string, at: Date.parse(at) }));

const nearEdges = fc
  .tuple(
    fc.constantFrom(...EDGES),
    fc.oneof(
      fc.integer({ min: -36, max: 36 }).map((hours) => hours * 30),
      fc.integer({ min: -1440, max: 1440 }),
    ),
  )
  .map(([{ zone, at }, minutes]) => ({ zone, at: at + minutes * MINUTE }));

const anywhere = fc.integer({ min: Date.parse('2005-01-01T00:00:00Z'), max: Date.parse('2060-01-01T00:00:00Z') });

export const instants: fc.Arbitrary<number> = fc.oneof(
  nearEdges.map(({ at }) => at),
  anywhere,
);

export const zones = fc.constantFrom(...ZONES);

export interface Moment {
  readonly zone: string;
  readonly at: number;
}

/** Most of them near a change of the clock in that zone. */
export const moments: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 3, arbitrary: nearEdges },
  { weight: 1, arbitrary: fc.record({ zone: zones, at: anywhere }) },
);

/** In one zone, in no order: what is remembered of one must not leak into another. */
export const walks = fc
  .tuple(moments, fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: 1, maxLength: 30 }))
  .map(([{ zone, at }, minutes]) => ({ zone, times: minutes.map((by) => at + by * MINUTE) }));

/** Minutes of a day from `from` to `to`, often at its ends and where clocks change. */
export const minuteRanges = fc
  .tuple(
    fc.oneof(fc.constantFrom(0, 60, 90, 120, 150, 180, 1380), fc.integer({ min: 0, max: 1439 })),
    fc.oneof(fc.constantFrom(1, 30, 60, 1440), fc.integer({ min: 1, max: 1440 })),
  )
  .map(([from, length]) => ({ from, to: Math.min(1440, from + length) }));
