import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelSet } from '../../alert/alert.ts';
import { type CompiledMatcher, compileMatcher } from '../../alert/matcher.ts';
import { compileMaintenance, type MaintenanceWindow, type Schedule } from '../../rules/maintenance.ts';
import { compileRecurrence } from '../../rules/recurrence.ts';
import { zoneOf } from '../../rules/zone.ts';
import { DAY, HOUR } from './wall-oracle.ts';

const utc = (text: string) => Date.parse(text);

function matcher(name: string, value: string): CompiledMatcher {
  const compiled = compileMatcher({ name, operator: '=', value }, () => () => false);
  if ('problem' in compiled) throw new Error(compiled.problem);
  return compiled;
}

function window(name: string, schedule: Schedule, ...matchers: CompiledMatcher[]): MaintenanceWindow {
  return { name: `default/${name}`, matchers, schedule, comment: `Work on ${name}`, by: 'anna' };
}

function once(start: string, end: string): Schedule {
  return { kind: 'once', start: utc(start), end: utc(end) };
}

function recurring(rule: string, start: string, duration: number, zone = 'Europe/Berlin'): Schedule {
  const compiled = compileRecurrence(rule, utc(`${start}:00Z`), zoneOf(zone)!);
  if (!compiled.ok) throw new Error(compiled.message);
  return { kind: 'recurring', recurrence: compiled.recurrence, duration };
}

const DB: LabelSet = { alertname: 'Down', namespace: 'db' };

test('[BR-AP-008, BR-AP-L23] a window holds what its matchers match, from its start to before its end', () => {
  const hold = compileMaintenance([
    window('upgrade', once('2026-12-01T21:00:00Z', '2026-12-01T23:00:00Z'), matcher('namespace', 'db')),
  ]);
  const during = utc('2026-12-01T22:00:00Z');
  assert.deepEqual(hold(DB, during), {
    reason: {
      code: 'hold.maintenance',
      detail: 'Maintenance default/upgrade until 2026-12-01T23:00:00.000Z: "Work on upgrade" (anna)',
    },
    until: utc('2026-12-01T23:00:00Z'),
  });
  assert.equal(hold({ ...DB, namespace: 'web' }, during), null);
  assert.equal(hold(DB, utc('2026-12-01T20:59:59.999Z')), null);
  assert.notEqual(hold(DB, utc('2026-12-01T21:00:00Z')), null);
  assert.notEqual(hold(DB, utc('2026-12-01T22:59:59.999Z')), null);
  assert.equal(hold(DB, utc('2026-12-01T23:00:00Z')), null);
  assert.equal(hold(DB, utc('2099-01-01T00:00:00Z')), null);
});

test('all matchers of a window must match, and of several windows the one that ends last is named', () => {
  const hold = compileMaintenance([
    window('short', once('2026-12-01T21:00:00Z', '2026-12-01T22:00:00Z'), matcher('namespace', 'db')),
    window('long', once('2026-12-01T20:00:00Z', '2026-12-01T23:00:00Z'), matcher('namespace', 'db')),
    window(
      'other',
      once('2026-12-01T20:00:00Z', '2026-12-02T23:00:00Z'),
      matcher('namespace', 'db'),
      matcher('alertname', 'Slow'),
    ),
  ]);
  assert.match(hold(DB, utc('2026-12-01T21:30:00Z'))!.reason.detail, /^Maintenance default\/long until/);
});

test('[BR-AP-008] a recurring window lasts as long as it says, over clock changes too', () => {
  const hold = compileMaintenance([window('nightly', recurring('FREQ=DAILY', '2026-01-01T01:30', 2 * HOUR))]);
  assert.equal(hold(DB, utc('2026-03-28T23:00:00Z')), null);
  // 01:30 to 04:30 on the wall, two hours.
  assert.equal(hold(DB, utc('2026-03-29T01:00:00Z'))?.until, utc('2026-03-29T02:30:00Z'));
  assert.equal(hold(DB, utc('2026-03-29T02:30:00Z')), null);
  // 01:30 to 02:30 on the wall, the second time.
  assert.equal(hold(DB, utc('2026-10-25T00:00:00Z'))?.until, utc('2026-10-25T01:30:00Z'));
});

test('a window that is longer than the pause between its starts goes on and on', () => {
  const hold = compileMaintenance([window('always', recurring('FREQ=DAILY', '2026-01-01T00:00', 30 * HOUR, 'UTC'))]);
  assert.equal(hold(DB, utc('2026-01-05T03:00:00Z'))?.until, utc('2026-01-06T06:00:00Z'));
  assert.equal(hold(DB, utc('2026-01-06T00:00:00Z'))?.until, utc('2026-01-07T06:00:00Z'));
  assert.equal(hold(DB, utc('2025-12-31T23:00:00Z')), null);
});

test('after the last of a count nothing is held', () => {
  const hold = compileMaintenance([window('twice', recurring('FREQ=DAILY;COUNT=2', '2026-01-01T00:00', HOUR, 'UTC'))]);
  assert.notEqual(hold(DB, utc('2026-01-02T00:30:00Z')), null);
  assert.equal(hold(DB, utc('2026-01-03T00:30:00Z')), null);
});

const START = utc('2026-03-20T00:00:00Z');
const schedules = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 20 * 24 }), fc.integer({ min: 1, max: 100 }))
    .map(
      ([from, length]): Schedule => ({ kind: 'once', start: START + from * HOUR, end: START + (from + length) * HOUR }),
    ),
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom('DAILY', 'WEEKLY'))
    .map(([hour, length, freq]) =>
      recurring(`FREQ=${freq};BYHOUR=${hour}`, '2026-03-15T00:00', length * HOUR, 'America/New_York'),
    ),
);

test('[BR-AP-L23] what is kept of the windows in force is never wrong, whichever way the time goes', () => {
  const moves = fc.array(fc.integer({ min: -3 * DAY, max: 20 * DAY }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(schedules, { maxLength: 6 }), moves, (list, times) => {
      const windows = list.map((schedule, i) =>
        window(`w${i}`, schedule, matcher('namespace', i % 3 === 0 ? 'web' : 'db')),
      );
      const hold = compileMaintenance(windows);
      for (const by of times) {
        const now = START + by;
        const ends = windows
          .filter(({ matchers }) => matchers[0]!.matches('db'))
          .map(({ schedule }) => endOf(schedule, now))
          .filter((end) => end > now);
        assert.equal(hold(DB, now)?.until ?? null, ends.length === 0 ? null : Math.max(...ends));
      }
    }),
    { numRuns: 200 },
  );
});

/** Of the latest start at or before `now`, found without remembering; 0 where there is none. */
function endOf(schedule: Schedule, now: number): number {
  if (schedule.kind === 'once') return now >= schedule.start ? schedule.end : 0;
  const { last } = schedule.recurrence.around(now);
  return last === null ? 0 : last + schedule.duration;
}

test('with 200 windows their schedules are looked at when one of them begins or ends, not for each alert', () => {
  let looked = 0;
  const watched = (start: number): Schedule => ({
    kind: 'recurring',
    duration: HOUR,
    recurrence: {
      around(at) {
        looked++;
        const last = at - ((at - start) % DAY);
        return { last, next: last + DAY };
      },
    },
  });
  const windows = Array.from({ length: 200 }, (_, i) =>
    window(`w${i}`, watched((i % 12) * HOUR), matcher('namespace', `n${i}`)),
  );
  const hold = compileMaintenance(windows);
  const begin = utc('2026-03-20T10:30:00Z');
  for (let i = 0; i < 10_000; i++) hold(DB, begin + i);
  assert.equal(looked, 200);
  hold(DB, begin + HOUR);
  assert.equal(looked, 400);
});
