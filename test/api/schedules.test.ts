import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCalendar } from '../../resources/ical.ts';
import { rosterCalendar } from '../../rules/duty-ical.ts';
import { compileSchedule } from '../../rules/on-call.ts';
import { zoneOf } from '../../rules/zone.ts';
import '../support/leaks.ts';
import { turns } from '../support/people.ts';
import { ServedApi } from './served-api.ts';

const DAY = 86_400_000;
const NOON = Date.parse('2026-11-25T12:00:00Z');

async function served(): Promise<ServedApi> {
  const api = await new ServedApi().start([]);
  api.now = NOON;
  api.schedules = [
    { tenant: 'acme', schedule: turns('primary', DAY, ['ada', 'bob', null]) },
    { tenant: 'other', schedule: turns('primary', DAY, ['eve']) },
  ];
  return api;
}

test('[BR-NOT-018] who is on call now, at another time, who comes next, and the gaps of the next 30 days', async () => {
  const api = await served();
  const { body } = await api.get('/v1/schedules/acme/primary?days=3');
  const today = new Date(Math.floor(NOON / DAY) * DAY).toISOString();
  assert.equal(body.at, new Date(NOON).toISOString());
  assert.equal(body.shifts.length, 4);
  assert.deepEqual(body.shifts.map((shift: { start: string }) => shift.start)[0], body.at);
  assert.equal(body.gaps.length, 10);
  assert.ok(today < body.onCall.until);
  const who = async (at: string) => (await api.get(`/v1/schedules/acme/primary?at=${at}`)).body.onCall;
  const days = await Promise.all(
    ['2026-11-26T12:00:00Z', '2026-11-27T12:00:00%2B01:00', '2026-11-28T12:00:00Z'].map(who),
  );
  assert.deepEqual(days.map(({ user }) => user).sort(), [null, 'user/ada', 'user/bob'].sort());
  assert.equal(days.find(({ user }) => user === null).because, 'gap');
});

test('all schedules of a tenant; what is asked wrongly says what was allowed', async () => {
  const api = await served();
  const names = async (query: string) =>
    (await api.get(`/v1/schedules${query}`)).body.schedules.map((one: { tenant: string; gapSeconds: number }) => [
      one.tenant,
      one.gapSeconds,
    ]);
  assert.deepEqual(await names(''), [
    ['acme', 10 * 86_400],
    ['other', 0],
  ]);
  assert.deepEqual(await names('?tenant=other'), [['other', 0]]);
  assert.equal((await api.get('/v1/schedules/acme/nobody')).status, 404);
  const refused = await api.get('/v1/schedules/acme/primary?at=tomorrow&days=1');
  assert.deepEqual([refused.status, refused.body.problems[0].path], [400, 'at']);
  assert.equal((await api.get('/v1/schedules/acme/primary?days=0')).status, 400);
});

test('[BR-NOT-018] a schedule as a calendar is read again as the same shifts', async () => {
  const api = await served();
  const { type, status, body } = await api.get('/v1/schedules/acme/primary.ics');
  assert.deepEqual([status, type?.split(';')[0]], [200, 'text/calendar']);
  assert.match(body, /^BEGIN:VCALENDAR\r\n[\s\S]*SUMMARY:(ada|bob)\r\n/);
  const zone = zoneOf('Europe/Berlin')!;
  const schedule = compileSchedule({
    name: 'primary',
    layers: [
      {
        name: 'a layer; with, marks \\ and a name that is long enough to be folded, ümläuts as well',
        start: NOON,
        end: NOON + 4 * DAY,
        turns: { kind: 'rotation', rotation: { zone, first: NOON, length: DAY, users: ['ada', 'bob'] } },
        restriction: null,
      },
    ],
    overrides: [],
    swaps: [],
    otherwise: [],
  });
  const shifts = [];
  for (let at = NOON; at < NOON + 4 * DAY; ) {
    const { until, ...who } = schedule.at(at);
    shifts.push({ ...who, start: at, end: until! });
    at = until!;
  }
  const text = rosterCalendar({ tenant: 'acme', schedule: 'primary', shifts, now: NOON });
  assert.ok(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75));
  const events = readCalendar(text, zone);
  const read = events.flatMap(({ summary, instances }) =>
    instances(NOON, NOON + 9 * DAY).map((one) => ({ user: summary, ...one })),
  );
  assert.deepEqual(
    read,
    shifts.map(({ user, start, end }) => ({ user, start, end })),
  );
});

test('what people write about a shift begins no line of its own in the calendar', () => {
  const breaks = ['\r', '\n', '\r\n', '\x85', '\u2028', '\u2029', '\x0b', '\x1b'];
  const detail = breaks.map((one) => `x${one}BEGIN:VALARM`).join(';');
  const shifts = [{ user: 'ada', because: 'override', layer: null, detail, start: NOON, end: NOON + DAY } as const];
  const lines = rosterCalendar({ tenant: 'acme', schedule: 'primary', shifts, now: NOON }).split(
    /\r\n|[\p{Cc}\p{Zl}\p{Zp}]/u,
  );
  assert.ok(!lines.some((line) => line.startsWith('BEGIN:VALARM')));
  assert.equal(lines.filter((line) => line.startsWith('BEGIN:')).length, 2);
});
