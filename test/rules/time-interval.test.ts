import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReceiverTiming } from '../../alert/policy.ts';
import { compileTimeInterval, type IntervalEntry, type NumberRange, timeHold } from '../../rules/time-interval.ts';
import { merged } from '../../rules/wall-clock.ts';
import { zoneOf } from '../../rules/zone.ts';
import {
  DAY,
  HOUR,
  instants,
  MINUTE,
  minuteRanges,
  moments,
  nextFlip,
  type Shown,
  shownAt,
  walks,
  zones,
} from './wall-oracle.ts';

const utc = (text: string) => Date.parse(text);

const ANY: Omit<IntervalEntry, 'zone'> = { times: null, weekdays: null, daysOfMonth: null, months: null, years: null };

function entry(change: Partial<IntervalEntry>): IntervalEntry {
  return { ...ANY, zone: zoneOf('UTC')!, ...change };
}

const some = <T>(one: fc.Arbitrary<T>) => fc.option(fc.array(one, { minLength: 1, maxLength: 3 }), { freq: 2 });

function ranges(min: number, max: number): fc.Arbitrary<NumberRange> {
  const numbers = fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
  return numbers.map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
}

const daysOfMonth = fc.oneof(
  ranges(1, 31),
  ranges(-31, -1),
  fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: -31, max: -1 })).map(([from, to]) => ({ from, to })),
);

const entries = fc
  .record({
    zone: zones,
    times: some(minuteRanges),
    weekdays: some(ranges(0, 6)),
    daysOfMonth: some(daysOfMonth),
    months: some(ranges(1, 12)),
    years: some(ranges(2009, 2062)),
  })
  .map((drawn) => ({ ...drawn, zone: zoneOf(drawn.zone)! }));

/** As ContainsTime of Alertmanager's timeinterval.go goes, line by line. */
function contains(one: IntervalEntry, at: number): boolean {
  const shown: Shown = shownAt(one.zone.name, at);
  const { minute, day, month, weekday, year } = shown;
  const within = (list: readonly NumberRange[] | null, value: number) =>
    list === null || list.some(({ from, to }) => value >= from && value <= to);
  if (one.times !== null && !one.times.some(({ from, to }) => minute >= from && minute < to)) return false;
  if (one.daysOfMonth !== null && !one.daysOfMonth.some((range) => containsDay(range, day, shown.daysInMonth))) {
    return false;
  }
  return within(one.months, month) && within(one.weekdays, weekday) && within(one.years, year);
}

function containsDay(range: NumberRange, day: number, length: number): boolean {
  const clamp = (value: number) => Math.min(Math.max(value, -length), length);
  const from = range.from < 0 ? length + range.from + 1 : range.from;
  const to = range.to < 0 ? length + range.to + 1 : range.to;
  return from <= length && day >= clamp(from) && day <= clamp(to);
}

function compiled(list: readonly IntervalEntry[]) {
  return compileTimeInterval(list.map((one) => ({ ...one, times: one.times === null ? null : merged(one.times) })));
}

test('[BR-AP-033] a time interval holds at every instant at which a naive reading of Alertmanager says so', () => {
  const lists = fc.array(entries, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(lists, walks, (drawn, { zone, times }) => {
      const list = drawn.map((one, i) => (i === 0 ? { ...one, zone: zoneOf(zone)! } : one));
      const interval = compiled(list);
      for (const at of times) {
        const expected = list.some((one) => contains(one, at));
        assert.equal(interval.at(at).inside, expected, new Date(at).toISOString());
      }
    }),
    { numRuns: 400 },
  );
});

test('[BR-AP-033] it says until when that holds: no minute before is otherwise', () => {
  fc.assert(
    fc.property(entries, moments, (drawn, { zone, at }) => {
      const one = { ...drawn, zone: zoneOf(zone)! };
      const { until } = compiled([one]).at(at);
      const flip = nextFlip((minute) => contains(one, minute), at, (2 * DAY) / MINUTE);
      if (flip !== null) assert.equal(new Date(until).toISOString(), new Date(flip).toISOString());
      else assert.ok(until > at + 2 * DAY - MINUTE);
    }),
    { numRuns: 100 },
  );
});

test('of several entries it never says later than the first change, nor a time at which nothing of them changes', () => {
  fc.assert(
    fc.property(fc.array(entries, { minLength: 2, maxLength: 3 }), instants, (list, at) => {
      const { inside, until } = compiled(list).at(at);
      const flip = nextFlip((minute) => list.some((one) => contains(one, minute)), at, DAY / MINUTE);
      if (flip !== null) assert.ok(until <= flip, 'too late');
      assert.ok(until > at);
      if (inside && until < at + DAY) {
        const one = (minute: number) => list.map((each) => contains(each, minute));
        assert.notDeepEqual(one(until), one(until - 1));
      }
    }),
    { numRuns: 100 },
  );
});

test('clock changes: an hour that is skipped does not happen, one that is shown twice counts twice', () => {
  const night = compiled([entry({ zone: zoneOf('Europe/Berlin')!, times: [{ from: 120, to: 180 }] })]);
  assert.equal(night.at(utc('2026-03-28T01:30:00Z')).inside, true);
  assert.equal(night.at(utc('2026-03-29T00:59:59Z')).inside, false);
  assert.equal(night.at(utc('2026-03-29T01:00:00Z')).inside, false);
  // The next after the skipped one is the day after, now in summer time.
  assert.equal(night.at(utc('2026-03-28T12:00:00Z')).until, utc('2026-03-30T00:00:00Z'));
  const twice = night.at(utc('2026-10-25T00:10:00Z'));
  assert.deepEqual(twice, { inside: true, until: utc('2026-10-25T02:00:00Z') });
  const half = compiled([entry({ zone: zoneOf('Australia/Lord_Howe')!, times: [{ from: 90, to: 120 }] })]);
  assert.deepEqual(half.at(utc('2026-04-04T14:40:00Z')), { inside: true, until: utc('2026-04-04T15:30:00Z') });
});

test('an interval that never holds again has no end, and one that always holds neither', () => {
  const past = compiled([entry({ years: [{ from: 2020, to: 2020 }] })]);
  assert.deepEqual(past.at(utc('2026-01-01T00:00:00Z')), { inside: false, until: Number.POSITIVE_INFINITY });
  assert.deepEqual(past.at(utc('2020-06-01T00:00:00Z')), { inside: true, until: utc('2021-01-01T00:00:00Z') });
  assert.deepEqual(compiled([entry({})]).at(0), { inside: true, until: Number.POSITIVE_INFINITY });
  const leapDay = compiled([entry({ months: [{ from: 2, to: 2 }], daysOfMonth: [{ from: 29, to: 29 }] })]);
  assert.equal(leapDay.at(utc('2096-03-01T00:00:00Z')).until, utc('2104-02-29T00:00:00Z'));
});

const intervals = new Map([
  ['business', compiled([entry({ times: [{ from: 480, to: 1080 }], weekdays: [{ from: 1, to: 5 }] })])],
  ['weekend', compiled([entry({ weekdays: [{ from: 0, to: 0 }] }), entry({ weekdays: [{ from: 6, to: 6 }] })])],
  ['nights', compiled([entry({ times: [{ from: 0, to: 360 }] }), entry({ times: [{ from: 1320, to: 1440 }] })])],
  ['past', compiled([entry({ years: [{ from: 2020, to: 2020 }] })])],
]);

function timing(change: Partial<ReceiverTiming>): ReceiverTiming {
  return { groupWait: 0, groupInterval: 1, repeatInterval: 1, channels: ['ops'], ...change };
}

test('[BR-AP-033] a mute interval holds a route, with its name and the time at which nothing holds it any more', () => {
  const weekend = timing({ muteTimeIntervals: ['weekend', 'nights'] });
  const hold = timeHold(intervals, weekend, utc('2026-11-21T12:00:00Z'));
  assert.deepEqual(hold, {
    reason: { code: 'hold.mute-interval', detail: 'inside of TimeInterval weekend, which mutes the route' },
    // Saturday, Sunday, and the night that follows without a pause.
    until: utc('2026-11-23T06:00:00Z'),
  });
  assert.equal(timeHold(intervals, weekend, utc('2026-11-23T06:00:00Z')), null);
  const both = timeHold(intervals, weekend, utc('2026-11-21T23:00:00Z'));
  assert.equal(both?.reason.detail, 'inside of TimeInterval weekend, nights, which mutes the route');
});

test('[BR-AP-033] outside of all its active intervals a route is held until the first of them begins', () => {
  const business = timing({ activeTimeIntervals: ['business'] });
  assert.equal(timeHold(intervals, business, utc('2026-11-20T17:59:59Z')), null);
  assert.deepEqual(timeHold(intervals, business, utc('2026-11-20T18:00:00Z')), {
    reason: {
      code: 'hold.inactive-interval',
      detail: 'outside of TimeInterval business, in which alone the route is active',
    },
    until: utc('2026-11-23T08:00:00Z'),
  });
  const either = timing({ activeTimeIntervals: ['business', 'weekend'] });
  assert.equal(timeHold(intervals, either, utc('2026-11-21T12:00:00Z')), null);
  assert.equal(timeHold(intervals, either, utc('2026-11-20T19:00:00Z'))?.until, utc('2026-11-21T00:00:00Z'));
});

test('active and mute together: what neither holds goes out, and the end is that of both', () => {
  const both = timing({ activeTimeIntervals: ['weekend'], muteTimeIntervals: ['nights'] });
  assert.equal(timeHold(intervals, both, utc('2026-11-21T12:00:00Z')), null);
  const friday = timeHold(intervals, both, utc('2026-11-20T12:00:00Z'));
  assert.equal(friday?.reason.code, 'hold.inactive-interval');
  assert.equal(friday?.until, utc('2026-11-21T06:00:00Z'));
});

test('a hold that nothing ends has no end; names that are declared no more hold nothing', () => {
  const now = utc('2026-11-21T12:00:00Z');
  assert.equal(timeHold(intervals, timing({ activeTimeIntervals: ['past'] }), now)?.until, null);
  assert.equal(timeHold(intervals, timing({ activeTimeIntervals: ['gone'], muteTimeIntervals: ['gone'] }), now), null);
  assert.equal(timeHold(intervals, timing({}), now), null);
});

test('the end of a hold is the first minute at which nothing holds it', () => {
  const drawn = fc.record({ mute: fc.array(entries, { maxLength: 2 }), active: fc.array(entries, { maxLength: 2 }) });
  fc.assert(
    fc.property(drawn, instants, ({ mute, active }, now) => {
      const names = new Map([...mute, ...active].map((one, i) => [`i${i}`, compiled([one])]));
      const held = (at: number) =>
        (active.length > 0 && !active.some((one) => contains(one, at))) || mute.some((one) => contains(one, at));
      const all = [...names.keys()];
      const route = timing({
        muteTimeIntervals: all.slice(0, mute.length),
        activeTimeIntervals: all.slice(mute.length),
      });
      const hold = timeHold(names, route, now);
      assert.equal(hold !== null, held(now));
      if (hold === null) return;
      const end = nextFlip(held, now, (8 * HOUR) / MINUTE);
      if (end !== null) assert.equal(hold.until, end);
      else assert.ok(hold.until === null || hold.until > now + 8 * HOUR - MINUTE);
    }),
    { numRuns: 150 },
  );
});
