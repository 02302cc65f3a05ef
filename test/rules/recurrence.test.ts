import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRecurrence, type Recurrence } from '../../rules/recurrence.ts';
import { zoneOf } from '../../rules/zone.ts';
import { DAY, MINUTE, shownAt, zones } from './wall-oracle.ts';

const utc = (text: string) => Date.parse(text);

function recurrence(rule: string, start: string, zone = 'Europe/Berlin'): Recurrence {
  const compiled = compileRecurrence(rule, utc(`${start}:00Z`), zoneOf(zone)!);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.recurrence;
}

function refused(rule: string, start = '2026-01-06T02:00'): string {
  const compiled = compileRecurrence(rule, utc(`${start}:00Z`), zoneOf('Europe/Berlin')!);
  return compiled.ok ? 'taken' : compiled.message;
}

function starts(of: Recurrence, from: string, count: number): string[] {
  const found: string[] = [];
  for (let at: number | null = utc(from); at !== null && found.length < count; ) {
    at = of.around(at).next;
    if (at !== null) found.push(new Date(at).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

test('[BR-AP-008] a weekly start keeps its time of day over both changes of the clock', () => {
  const tuesdays = recurrence('FREQ=WEEKLY;BYDAY=TU', '2026-01-06T02:00');
  assert.deepEqual(starts(tuesdays, '2026-03-20T00:00:00Z', 3), [
    '2026-03-24T01:00Z',
    '2026-03-31T00:00Z',
    '2026-04-07T00:00Z',
  ]);
  assert.deepEqual(starts(tuesdays, '2026-10-19T00:00:00Z', 2), ['2026-10-20T00:00Z', '2026-10-27T01:00Z']);
});

test('[BR-AP-008] a start that the clock skips does not happen, one that it shows twice happens the first time', () => {
  const berlin = recurrence('FREQ=DAILY', '2026-01-01T02:30');
  assert.deepEqual(starts(berlin, '2026-03-27T12:00:00Z', 2), ['2026-03-28T01:30Z', '2026-03-30T00:30Z']);
  assert.deepEqual(starts(berlin, '2026-10-24T12:00:00Z', 2), ['2026-10-25T00:30Z', '2026-10-26T01:30Z']);
  const newYork = recurrence('FREQ=DAILY', '2026-01-01T02:30', 'America/New_York');
  assert.deepEqual(starts(newYork, '2026-03-07T00:00:00Z', 2), ['2026-03-07T07:30Z', '2026-03-09T06:30Z']);
  const lordHowe = recurrence('FREQ=DAILY', '2026-01-01T02:15', 'Australia/Lord_Howe');
  assert.deepEqual(starts(lordHowe, '2026-10-02T00:00:00Z', 2), ['2026-10-02T15:45Z', '2026-10-04T15:15Z']);
});

test('the last day, the second Saturday, the leap day, the last of a count and of a time', () => {
  const ends = recurrence('FREQ=MONTHLY;BYMONTHDAY=-1', '2028-01-01T00:00', 'UTC');
  assert.deepEqual(starts(ends, '2028-02-01T00:00:00Z', 2), ['2028-02-29T00:00Z', '2028-03-31T00:00Z']);
  const patch = recurrence('FREQ=MONTHLY;BYDAY=2SA;BYHOUR=22;BYMINUTE=15', '2026-01-01T00:00', 'UTC');
  assert.deepEqual(starts(patch, '2026-02-01T00:00:00Z', 2), ['2026-02-14T22:15Z', '2026-03-14T22:15Z']);
  const leap = recurrence('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', '2026-01-01T00:00', 'UTC');
  assert.deepEqual(starts(leap, '2026-01-01T00:00:00Z', 2), ['2028-02-29T00:00Z', '2032-02-29T00:00Z']);
  const three = recurrence('FREQ=DAILY;COUNT=3', '2026-01-01T00:00', 'UTC');
  assert.equal(starts(three, '2025-01-01T00:00:00Z', 9).length, 3);
  assert.deepEqual(three.around(utc('2027-01-01T00:00:00Z')), { last: utc('2026-01-03T00:00:00Z'), next: null });
  assert.deepEqual(three.around(utc('2025-01-01T00:00:00Z')), { last: null, next: utc('2026-01-01T00:00:00Z') });
  const until = recurrence('FREQ=DAILY;UNTIL=20260102T000000Z', '2026-01-01T00:00', 'UTC');
  assert.equal(starts(until, '2025-01-01T00:00:00Z', 9).length, 2);
});

/** Every day whose clock shows the time, if the rule takes the day; of two such minutes the first. */
function naive(takes: (weekday: number, day: number) => boolean, clock: number, zone: string, at: number) {
  const isStart = (minute: number) => {
    const shown = shownAt(zone, minute);
    return shown.minute === clock && takes(shown.weekday, shown.day) && !shownBefore(zone, minute, shown.day, clock);
  };
  const first = Math.floor(at / MINUTE) * MINUTE;
  const scan = (from: number, step: number) => {
    for (let minute = from; Math.abs(minute - from) <= 9 * DAY; minute += step) if (isStart(minute)) return minute;
    return null;
  };
  return { last: scan(first, -MINUTE), next: scan(first + MINUTE, MINUTE) };
}

function shownBefore(zone: string, minute: number, day: number, clock: number): boolean {
  return [30, 60].some((back) => {
    const shown = shownAt(zone, minute - back * MINUTE);
    return shown.minute === clock && shown.day === day;
  });
}

test('[BR-AP-008] starts are those of a minute-by-minute look at the clock', () => {
  const days = fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-10-04', '2026-04-05');
  const clock = fc.constantFrom(0, 30, 90, 105, 120, 135, 150, 179, 180, 700, 1439);
  const near = fc.tuple(days, fc.integer({ min: -36 * 60, max: 36 * 60 }));
  fc.assert(
    fc.property(fc.boolean(), zones, clock, near, (weekly, zone, minutes, [day, by]) => {
      const wall = new Date(utc('2026-01-05T00:00:00Z') + minutes * MINUTE).toISOString().slice(0, 16);
      const rule = recurrence(weekly ? 'FREQ=WEEKLY;BYDAY=SU,WE' : 'FREQ=DAILY', wall, zone);
      const at = utc(`${day}T00:00:00Z`) + by * MINUTE;
      const expected = naive((weekday) => !weekly || weekday === 0 || weekday === 3, minutes, zone, at);
      assert.deepEqual(rule.around(at), expected);
      // Asked again, and of the time before: it remembers, and forgets.
      assert.deepEqual(rule.around(at), expected);
      const earlier = at - 26 * 60 * MINUTE;
      assert.deepEqual(
        rule.around(earlier),
        naive((weekday) => !weekly || weekday === 0 || weekday === 3, minutes, zone, earlier),
      );
    }),
    { numRuns: 60 },
  );
});

test('a rule that cannot be is refused, and says what may stand there', () => {
  assert.equal(refused('FREQ=WEEKLY;BYDAY=SA'), 'taken');
  assert.match(
    refused('every tuesday'),
    /^has the part "every tuesday"; allowed: FREQ, INTERVAL, COUNT, .* as in FREQ=/,
  );
  assert.match(refused('RRULE:FREQ=DAILY'), /^has the part "RRULE:FREQ=DAILY"; allowed: FREQ/);
  assert.match(refused(''), /^has the part ""; allowed: FREQ/);
  assert.equal(refused('BYDAY=SA'), 'says not how often; allowed: FREQ with one of DAILY, WEEKLY, MONTHLY, YEARLY');
  assert.equal(refused('FREQ=HOURLY'), 'has FREQ=HOURLY; allowed for FREQ: DAILY, WEEKLY, MONTHLY, YEARLY');
  assert.equal(refused('FREQ=DAILY;FREQ=WEEKLY'), 'has FREQ twice');
  for (const part of [
    'INTERVAL=0',
    'INTERVAL=x',
    'COUNT=0',
    'COUNT=1001',
    'UNTIL=2026-12-31',
    'BYDAY=XX',
    'BYDAY=SA,',
    'BYMONTH=13',
    'BYMONTHDAY=0',
    'BYMONTHDAY=32',
    'BYHOUR=24',
    'BYMINUTE=60',
    'BYSETPOS=0',
    'BYYEARDAY=367',
    'BYWEEKNO=54',
    'WKST=XX',
  ]) {
    const name = part.split('=')[0];
    const message = refused(`FREQ=MONTHLY;${part}`);
    assert.ok(message.startsWith(`has ${part}; allowed for ${name}: `), `${part}: ${message}`);
  }
  assert.match(refused('FREQ=WEEKLY;BYDAY=1SA'), /^cannot be read: BYDAY with numeric value/);
  assert.match(refused('FREQ=DAILY;COUNT=2;UNTIL=20271231T000000Z'), /^cannot be read: COUNT and UNTIL/);
  assert.match(refused('FREQ=DAILY;UNTIL=20261399T000000Z'), /^cannot be read: /);
});

test('a rule that never happens is refused', () => {
  assert.equal(refused('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'), 'never happens');
  assert.equal(refused('FREQ=DAILY;UNTIL=20250101T000000Z'), 'never happens');
  assert.equal(refused('FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31'), 'never happens');
});
