import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { localDay, merged, parseClock, printClock, printRange, stretchAt } from '../../rules/wall-clock.ts';
import { zoneOf } from '../../rules/zone.ts';
import { MINUTE, minuteRanges, moments, shownAt } from './wall-oracle.ts';

test('times of day are read up to 24:00, and printed as they are read', () => {
  for (let minutes = 0; minutes <= 1440; minutes++) assert.equal(parseClock(printClock(minutes)), minutes);
  for (const text of ['', '9:00', '24:01', '25:00', '12:60', '12', '12:00:00', ' 12:00', '-1:00']) {
    assert.equal(parseClock(text), null, text);
  }
  assert.equal(printRange({ from: 510, to: 1440 }), '08:30-24:00');
});

test('merged ranges hold the same minutes, and between two of them is a gap', () => {
  fc.assert(
    fc.property(fc.array(minuteRanges, { maxLength: 6 }), (ranges) => {
      const whole = merged(ranges);
      for (let minute = 0; minute < 1440; minute++) {
        const holds = (list: typeof whole) => list.some(({ from, to }) => minute >= from && minute < to);
        assert.equal(holds(whole), holds(ranges));
      }
      for (let i = 1; i < whole.length; i++) assert.ok(whole[i]!.from > whole[i - 1]!.to);
    }),
  );
});

test('days are counted from 1970 on, and before', () => {
  assert.deepEqual(localDay(0), { number: 0, year: 1970, month: 1, day: 1, weekday: 4, daysInMonth: 31 });
  assert.deepEqual(localDay(-1), { number: -1, year: 1969, month: 12, day: 31, weekday: 3, daysInMonth: 31 });
  const leapDay = Date.parse('2028-02-29T00:00:00Z') / 86_400_000;
  assert.deepEqual(localDay(leapDay), {
    number: leapDay,
    year: 2028,
    month: 2,
    day: 29,
    weekday: 2,
    daysInMonth: 29,
  });
});

const utc = (text: string) => Date.parse(text);

test('a stretch ends where the clock changes, and the next begins there', () => {
  const berlin = zoneOf('Europe/Berlin')!;
  const range = { from: 60, to: 240 };
  const at = (text: string) => {
    const { from, until, range: found } = stretchAt(berlin, () => [range], utc(text));
    assert.equal(found, range);
    return [new Date(from).toISOString(), new Date(until).toISOString()];
  };
  assert.deepEqual(at('2026-03-29T00:30:00Z'), ['2026-03-29T00:00:00.000Z', '2026-03-29T01:00:00.000Z']);
  assert.deepEqual(at('2026-03-29T01:30:00Z'), ['2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z']);
  assert.deepEqual(at('2026-10-25T00:30:00Z'), ['2026-10-24T23:00:00.000Z', '2026-10-25T01:00:00.000Z']);
  assert.deepEqual(at('2026-10-25T01:30:00Z'), ['2026-10-25T01:00:00.000Z', '2026-10-25T03:00:00.000Z']);
});

test('[BR-AP-033] all of a stretch shows the same day and range, and stretches follow each other without a gap', () => {
  const ranges = fc.array(minuteRanges, { maxLength: 3 }).map(merged);
  fc.assert(
    fc.property(moments, ranges, fc.nat(), ({ zone: name, at }, list, by) => {
      const zone = zoneOf(name)!;
      const stretch = stretchAt(zone, () => list, at);
      assert.ok(stretch.from <= at && at < stretch.until);
      const elsewhere = stretch.from + (by % (stretch.until - stretch.from));
      assert.deepEqual(
        stretchAt(zone, () => list, elsewhere),
        stretch,
      );
      const { day, minute } = shownAt(name, elsewhere);
      assert.equal(day, stretch.day.day);
      assert.equal(stretch.range ?? null, list.find(({ from, to }) => minute >= from && minute < to) ?? null);
      assert.equal(stretchAt(zone, () => list, stretch.until).from, stretch.until);
      assert.equal(stretchAt(zone, () => list, stretch.from - MINUTE).until, stretch.from);
    }),
    { numRuns: 500 },
  );
});
