import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CalendarSpec, compileCalendar, type DayRange } from '../../rules/calendar.ts';
import { merged } from '../../rules/wall-clock.ts';
import { zoneOf } from '../../rules/zone.ts';
import { DAY, instants, MINUTE, minuteRanges, moments, nextFlip, shownAt, walks, zones } from './wall-oracle.ts';

const utc = (text: string) => Date.parse(text);

const OFFICE = [{ from: 480, to: 1080 }];

function calendar(change: Partial<CalendarSpec> = {}) {
  return compileCalendar({
    name: 'default/office',
    zone: zoneOf('Europe/Berlin')!,
    hours: [[], OFFICE, OFFICE, OFFICE, OFFICE, [{ from: 480, to: 840 }], []],
    holidays: [],
    exceptions: [],
    ...change,
  });
}

const yearly = (from: number, to = from): DayRange => ({ yearly: true, from, to });
const dated = (from: string, to = from): DayRange => ({
  yearly: false,
  from: utc(`${from}T00:00:00Z`) / DAY,
  to: utc(`${to}T00:00:00Z`) / DAY,
});

test('[BR-AP-033] inside and outside of the hours of a weekday, by the clock of the zone', () => {
  const office = calendar();
  assert.deepEqual(office.at(utc('2026-11-23T07:00:00Z')), {
    inside: true,
    why: 'inside hours: monday 2026-11-23 is worked 08:00-18:00 by Calendar default/office (Europe/Berlin)',
    until: utc('2026-11-23T17:00:00Z'),
  });
  assert.deepEqual(office.at(utc('2026-11-23T06:59:59Z')), {
    inside: false,
    why: 'outside hours: monday 2026-11-23 is worked only 08:00-18:00 by Calendar default/office (Europe/Berlin)',
    until: utc('2026-11-23T07:00:00Z'),
  });
  // Friday closes at 14:00, and the next working day is Monday.
  assert.equal(office.at(utc('2026-11-27T13:00:00Z')).until, utc('2026-11-30T07:00:00Z'));
  assert.match(office.at(utc('2026-11-28T12:00:00Z')).why, /^outside hours: saturday 2026-11-28 is not worked by /);
});

test('[BR-AP-033] a weekend that changes the clocks does not move the hours', () => {
  const office = calendar();
  assert.equal(office.at(utc('2026-03-27T15:00:00Z')).until, utc('2026-03-30T06:00:00Z'));
  assert.equal(office.at(utc('2026-10-23T15:00:00Z')).until, utc('2026-10-26T07:00:00Z'));
  const daily = calendar({ hours: Array.from({ length: 7 }, () => OFFICE) });
  assert.equal(daily.at(utc('2026-03-29T00:30:00Z')).until, utc('2026-03-29T06:00:00Z'));
  assert.equal(daily.at(utc('2026-10-25T00:30:00Z')).until, utc('2026-10-25T07:00:00Z'));
});

test('[BR-AP-033] a holiday closes the day, and an exception opens one, whatever the weekday says', () => {
  const office = calendar({
    holidays: [
      { name: 'Christmas', days: yearly(1224, 101) },
      { name: 'Whit Monday', days: dated('2026-05-25') },
    ],
    exceptions: [
      { name: 'Stock taking', days: dated('2026-03-14'), hours: [{ from: 540, to: 780 }] },
      { name: 'Year-end closing', days: dated('2026-12-30', '2026-12-31'), hours: [{ from: 600, to: 720 }] },
    ],
  });
  const closed = office.at(utc('2026-05-25T10:00:00Z'));
  assert.equal(
    closed.why,
    'outside hours: monday 2026-05-25 is the holiday "Whit Monday" of Calendar default/office (Europe/Berlin)',
  );
  assert.equal(closed.until, utc('2026-05-26T06:00:00Z'));
  const worked = office.at(utc('2026-03-14T10:00:00Z'));
  assert.deepEqual(worked, {
    inside: true,
    why: 'inside hours: saturday 2026-03-14, the exception "Stock taking" is worked 09:00-13:00 by Calendar default/office (Europe/Berlin)',
    until: utc('2026-03-14T12:00:00Z'),
  });
  // A holiday that goes over New Year, and the exceptions within it.
  assert.equal(office.at(utc('2027-01-01T10:00:00Z')).inside, false);
  assert.equal(office.at(utc('2026-12-24T10:00:00Z')).until, utc('2026-12-30T09:00:00Z'));
  assert.equal(office.at(utc('2026-12-31T12:00:00Z')).until, utc('2027-01-04T07:00:00Z'));
  assert.match(office.at(utc('2026-12-31T07:00:00Z')).why, /exception "Year-end closing" is worked only 10:00-12:00/);
});

test('a holiday of leap years comes in leap years', () => {
  const office = calendar({ holidays: [{ name: 'Leap day', days: yearly(229) }] });
  assert.equal(office.at(utc('2028-02-29T10:00:00Z')).inside, false);
  assert.equal(office.at(utc('2028-02-28T10:00:00Z')).inside, true);
  assert.equal(office.at(utc('2027-03-01T10:00:00Z')).inside, true);
});

test('hours around midnight are one stretch, and a calendar without hours has no end', () => {
  const night = [
    { from: 0, to: 360 },
    { from: 1320, to: 1440 },
  ];
  const nights = calendar({ hours: Array.from({ length: 7 }, () => night) });
  assert.equal(nights.at(utc('2026-11-23T21:30:00Z')).until, utc('2026-11-24T05:00:00Z'));
  assert.deepEqual(calendar({ hours: [] }).at(utc('2026-11-23T21:30:00Z')).until, null);
  const always = Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }]);
  assert.deepEqual(calendar({ hours: always }).at(utc('2026-11-23T21:30:00Z')).until, null);
});

const hours = fc.array(minuteRanges, { maxLength: 2 }).map(merged);
const monthDay = fc.constantFrom(101, 228, 229, 301, 308, 329, 404, 405, 423, 906, 1004, 1025, 1101, 1224, 1231);
const dayNumber = fc
  .tuple(instants, fc.integer({ min: 0, max: 5 }))
  .map(([at, length]) => ({ yearly: false, from: Math.floor(at / DAY), to: Math.floor(at / DAY) + length }));
const dayRanges: fc.Arbitrary<DayRange> = fc.oneof(
  fc.tuple(monthDay, monthDay).map(([from, to]) => yearly(from, to)),
  dayNumber,
);
const specs = fc.record({
  zone: zones,
  hours: fc.array(hours, { minLength: 7, maxLength: 7 }),
  holidays: fc.array(dayRanges, { maxLength: 3 }),
  exceptions: fc.array(fc.record({ days: dayRanges, hours }), { maxLength: 2 }),
});

type Drawn = typeof specs extends fc.Arbitrary<infer T> ? T : never;

function naive(spec: Drawn, at: number): boolean {
  const { year, month, day, weekday, minute } = shownAt(spec.zone, at);
  const number = Date.UTC(year, month - 1, day) / DAY;
  const covers = (range: DayRange) => {
    if (!range.yearly) return number >= range.from && number <= range.to;
    const here = month * 100 + day;
    const inYear = range.from <= range.to;
    return inYear ? here >= range.from && here <= range.to : here >= range.from || here <= range.to;
  };
  const exception = spec.exceptions.find(({ days }) => covers(days));
  const worked = exception?.hours ?? (spec.holidays.some(covers) ? [] : spec.hours[weekday]!);
  return worked.some(({ from, to }) => minute >= from && minute < to);
}

function compiled(spec: Drawn) {
  return compileCalendar({
    ...spec,
    name: 'default/drawn',
    zone: zoneOf(spec.zone)!,
    holidays: spec.holidays.map((days, i) => ({ name: `h${i}`, days })),
    exceptions: spec.exceptions.map((one, i) => ({ name: `e${i}`, ...one })),
  });
}

test('[BR-AP-033] a calendar answers as a naive look at the clock does, in whatever order it is asked', () => {
  fc.assert(
    fc.property(specs, walks, (drawn, { zone, times }) => {
      const spec = { ...drawn, zone };
      const asked = compiled(spec);
      for (const at of times) {
        const { inside, why } = asked.at(at);
        assert.equal(inside, naive(spec, at), new Date(at).toISOString());
        assert.equal(why.startsWith('inside'), inside);
      }
    }),
    { numRuns: 500 },
  );
});

test('[BR-AP-033] it changes when it says so, and at no minute before', () => {
  fc.assert(
    fc.property(specs, moments, (drawn, { zone, at }) => {
      const spec = { ...drawn, zone };
      const { until } = compiled(spec).at(at);
      const flip = nextFlip((minute) => naive(spec, minute), at, (2 * DAY) / MINUTE);
      if (flip !== null) assert.equal(until, flip);
      else assert.ok(until === null || until > at + 2 * DAY - MINUTE);
    }),
    { numRuns: 100 },
  );
});
