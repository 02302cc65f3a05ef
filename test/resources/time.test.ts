/** Kinds about time: Calendar, TimeInterval, Maintenance, and the routes that name intervals. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarFrom } from '../../resources/calendar.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const utc = (text: string) => Date.parse(text);

/** The spec stands from the fifth line on; exactly one problem. */
async function only(kind: string, fields: string, expected: string | RegExp): Promise<void> {
  const problems = await problemsOf({ 'a.yaml': resource(kind, 'x', fields) });
  assert.equal(problems.length, 1, problems.join('\n'));
  if (typeof expected === 'string') assert.equal(problems[0], expected);
  else assert.match(problems[0]!, expected);
}

const OFFICE = "zone: Europe/Berlin\nhours: { monday: ['08:00-12:00', '12:00-18:00'], saturday: ['22:00-24:00'] }";
const calendar = (fields: string, expected: string | RegExp) => only('Calendar', fields, expected);

test('[BR-AP-033] a Calendar is read with its zone, hours, holidays and exceptions', async () => {
  const holidays = [
    'holidays:',
    '  - { name: New Year, date: 01-01 }',
    '  - { name: Christmas, from: 12-24, to: 12-26 }',
    '  - { name: Outing, date: 2026-11-30 }',
    'exceptions:',
    "  - { name: Stock taking, date: 2026-11-29, hours: ['09:00-13:00'] }",
  ];
  const fields = `${OFFICE}\n${holidays.join('\n')}`;
  await setOf({ 'a.yaml': resource('Calendar', 'x', fields) });
  const spec = {
    zone: 'Europe/Berlin',
    hours: { monday: ['08:00-12:00', '12:00-18:00'] },
    holidays: [{ name: 'Outing', date: '2026-11-30' }],
    exceptions: [{ name: 'Stock taking', date: '2026-11-29', hours: ['09:00-13:00'] }],
  };
  const office = calendarFrom({ tenant: 'default', name: 'x', spec });
  assert.equal(office.name, 'default/x');
  assert.equal(office.at(utc('2026-11-23T11:00:00Z')).until, utc('2026-11-23T17:00:00Z'));
  assert.equal(office.at(utc('2026-11-23T18:00:00Z')).until, utc('2026-11-29T08:00:00Z'));
  assert.match(office.at(utc('2026-11-30T11:00:00Z')).why, /holiday "Outing" of Calendar default\/x/);
});

test('[BR-AP-033] what is wrong with a Calendar is said with its place and what is allowed', async () => {
  await calendar(
    "zone: Europe/Berln\nhours: { monday: ['08:00-18:00'] }",
    '5 spec.zone: is "Europe/Berln", which is no time zone (did you mean Europe/Berlin?); allowed: a zone of the IANA database such as Europe/Berlin, America/New_York or UTC',
  );
  await calendar(
    "zone: +01:00\nhours: { monday: ['08:00-18:00'] }",
    /^5 spec\.zone: is "\+01:00", which is no time zone; allowed: /,
  );
  await calendar(
    "zone: UTC\nhours: { monday: ['18:00-08:00'] }",
    '6 spec.hours.monday[0]: is "18:00-08:00", which ends before it starts; a night takes two: 18:00-24:00, and 00:00-08:00 on the next weekday',
  );
  await calendar(
    "zone: UTC\nhours: { monday: ['08:00-08:00'] }",
    '6 spec.hours.monday[0]: is "08:00-08:00", which is no time at all; allowed: hours such as 08:00-18:00, up to 24:00',
  );
  await calendar(
    "zone: UTC\nhours: { monday: ['8-18'] }",
    '6 spec.hours.monday[0]: is "8-18"; allowed: hours such as 08:00-18:00, up to 24:00',
  );
  await calendar(
    'zone: UTC\nhours: {}',
    "6 spec.hours: is empty, so no time would ever be working time; allowed: hours by weekday, such as { monday: ['08:00-18:00'] }",
  );
  await calendar(
    "zone: UTC\nhours: { mondy: ['08:00-18:00'], friday: ['08:00-18:00'] }",
    /spec\.hours\.mondy: is not a known field \(did you mean monday\?\)/,
  );
  await calendar(
    'zone: UTC',
    "5 spec.hours: is missing; allowed: hours by weekday, such as { monday: ['08:00-18:00'] }",
  );
});

test('[BR-AP-033] days that no calendar has, and ranges that end before they start, are refused', async () => {
  const day = (fields: string, expected: string | RegExp) =>
    calendar(`${OFFICE}\nholidays:\n  - { ${fields} }`, expected);
  await day(
    'name: A, date: 2026-02-29',
    '8 spec.holidays[0].date: is "2026-02-29", which is no day of the calendar; allowed: a day such as 2026-05-01, or 05-01 for every year',
  );
  await day('name: A, date: 13-01', /^8 spec\.holidays\[0\]\.date: is "13-01", which is no day/);
  await day('name: A', '8 spec.holidays[0]: says not which days; allowed: either date, or from and to');
  await day('name: A, from: 05-01', /says not which days/);
  await day('name: A, date: 05-01, from: 05-01, to: 05-02', /says not which days/);
  await day(
    'name: A, from: 2026-05-02, to: 2026-05-01',
    '8 spec.holidays[0]: ends on 2026-05-01, before it starts on 2026-05-02; swap from and to',
  );
  await day(
    'name: A, from: 12-24, to: 2026-12-26',
    '8 spec.holidays[0]: names a year at one end only; allowed: a year at both ends, or at none',
  );
  await day('date: 05-01', '8 spec.holidays[0].name: is missing; allowed: a name, which stands in explanations');
  await calendar(
    `${OFFICE}\nexceptions:\n  - { name: A, date: 05-01 }`,
    '8 spec.exceptions[0].hours: is missing; allowed: a list of hours such as 08:00-18:00, up to 24:00',
  );
  await calendar(
    `${OFFICE}\nexceptions:\n  - { name: A, date: 02-30, hours: ['01:00-02:00'] }`,
    /^8 spec\.exceptions\[0\]\.date: is "02-30", which is no day/,
  );
});

const interval = (fields: string, expected: string | RegExp) =>
  only('TimeInterval', `timeIntervals:\n  - ${fields}`, expected);

test('what is wrong with a TimeInterval is said with its place and what is allowed', async () => {
  await only(
    'TimeInterval',
    'timeIntervals: []',
    /^5 spec\.timeIntervals: is \[\]; .* \(a list with at least one of \{ times, /,
  );
  await interval(
    "times: [{ startTime: '22:00', endTime: '06:00' }]",
    '6 spec.timeIntervals[0].times[0]: ends at 06:00, not after its start at 22:00; a night takes two: 22:00 to 24:00, and 00:00 to 06:00',
  );
  await interval("times: [{ startTime: '22:00', endTime: '22:00' }]", /ends at 22:00, not after its start at 22:00/);
  await interval(
    "times: [{ startTime: '9:00', endTime: '24:00' }]",
    '6 spec.timeIntervals[0].times[0].startTime: is "9:00"; allowed: a time of day such as 09:00, up to 24:00',
  );
  await interval(
    "times: [{ startTime: '09:00' }]",
    /^6 spec\.timeIntervals\[0\]\.times\[0\]\.endTime: is missing; allowed: a time of day/,
  );
  await interval('times: []', /^6 spec\.timeIntervals\[0\]\.times: is \[\]/);
  await interval(
    "weekdays: ['saturday:sunday']",
    '6 spec.timeIntervals[0].weekdays[0]: is "saturday:sunday", which ends before it starts; allowed: a weekday such as saturday, or a range from sunday on such as monday:friday, or the two parts as ranges of their own',
  );
  await interval("weekdays: ['mon']", /weekdays\[0\]: is "mon"; allowed: a weekday such as saturday/);
  await interval("weekdays: ['1:3']", /weekdays\[0\]: is "1:3"; allowed: a weekday/);
  await interval("weekdays: ['monday:friday:sunday']", /weekdays\[0\]: is "monday:friday:sunday"; allowed: a weekday/);
  await interval(
    "months: ['november:february']",
    /months\[0\]: is "november:february", which ends before it starts; allowed: a month such as december or '12', or a range/,
  );
  await interval("months: ['13']", /months\[0\]: is "13"; allowed: a month/);
  await interval('months: [0]', /months\[0\]: is 0; allowed: a month/);
  await interval(
    "years: ['2027:2026']",
    /years\[0\]: is "2027:2026", which ends before it starts; allowed: a year such as '2027'/,
  );
  await interval(
    'location: Mars/Olympus',
    /location: is "Mars\/Olympus", which is no time zone; allowed: a zone of the IANA/,
  );
});

test('days of the month that no month has are refused as Alertmanager refuses them', async () => {
  const days = (fields: string, expected: RegExp) => interval(`daysOfMonth: [{ ${fields} }]`, expected);
  await days('start: 0', /daysOfMonth\[0\]: has the day 0; allowed: 1 is the first of the month, -1 its last/);
  await days('start: 1, end: 0', /has the day 0/);
  await days('start: 1, end: 32', /daysOfMonth\[0\]\.end: is 32 \(number\); .* \(a day from 1 to 31, or from -1/);
  await days('start: -32, end: -1', /daysOfMonth\[0\]\.start: is -32/);
  await days(
    'start: -15, end: 5',
    /starts from the end of the month and ends at 5; allowed: a negative end, such as -1/,
  );
  await days('start: 10, end: -25', /ends on day -25, before it starts on 10; swap start and end/);
  await days('start: 5, end: 4', /ends on day 4, before it starts on 5; swap start and end/);
  await days('end: 4', /daysOfMonth\[0\]\.start: is missing/);
});

const CONSOLE = consoleChannel();
const WEEKEND = resource(
  'TimeInterval',
  'weekend',
  'timeIntervals: [{ weekdays: [saturday, sunday], location: Europe/Berlin }]',
);
const NIGHT = resource(
  'TimeInterval',
  'night',
  "timeIntervals: [{ times: [{ startTime: '22:00', endTime: '24:00' }, { startTime: '00:00', endTime: '06:00' }] }]",
);
const ROUTES = [
  'receivers: [channel/console]',
  'routes:',
  '  - matchers: [team=a]',
  '    muteTimeIntervals: [weekend, night, weekend]',
  '    routes: [{ matchers: [severity=critical] }]',
  '  - { matchers: [team=b], activeTimeIntervals: [night] }',
].join('\n');

test('[BR-AP-033] a route has the time intervals that it names, and its children have not', async () => {
  const { policy } = await setOf({ 'a.yaml': CONSOLE + WEEKEND + NIGHT + resource('Route', 'r', ROUTES) });
  const timing = (labels: Record<string, string>) => policy.route('default', labels)[0]!.timing;
  const saturday = utc('2026-11-21T12:00:00Z');
  assert.deepEqual(timing({ team: 'a' }).muteTimeIntervals, ['weekend', 'night']);
  assert.equal('activeTimeIntervals' in timing({ team: 'a' }), false);
  assert.deepEqual(timing({ team: 'b' }).activeTimeIntervals, ['night']);
  for (const labels of [{ team: 'a', severity: 'critical' }, { team: 'c' }]) {
    assert.deepEqual(Object.keys(timing(labels)), ['groupWait', 'groupInterval', 'repeatInterval', 'channels']);
    assert.equal(policy.timeHold('default', timing(labels), saturday), null);
  }
  const hold = policy.timeHold('default', timing({ team: 'a' }), saturday);
  assert.equal(hold?.reason.code, 'hold.mute-interval');
  // Sunday ends at 23:00 UTC, in the night, which ends at 06:00.
  assert.equal(hold?.until, utc('2026-11-23T06:00:00Z'));
  assert.equal(policy.timeHold('default', timing({ team: 'b' }), saturday)?.reason.code, 'hold.inactive-interval');
  assert.equal(policy.timeHold('other', timing({ team: 'a' }), saturday), null);
});

test('a time interval of a route must be one of its tenant, and stand below the root', async () => {
  const problems = await problemsOf({
    'a.yaml': CONSOLE + WEEKEND + resource('Route', 'r', ROUTES.replace('night]', 'weekends]')),
  });
  assert.equal(problems.length, 2);
  assert.match(
    problems[0]!,
    /spec\.routes\[0\]\.muteTimeIntervals\[1\]: is "night", but tenant default has no such TimeInterval; allowed: weekend$/,
  );
  assert.match(
    problems[1]!,
    /spec\.routes\[1\]\.activeTimeIntervals\[0\]: is "weekends", but tenant default has no such TimeInterval \(did you mean weekend\?\); allowed: weekend$/,
  );
  const foreign = resource('TimeInterval', 'night', 'timeIntervals: [{ months: [1] }]').replace(
    'name: night',
    'name: night, tenant: other',
  );
  const elsewhere = await problemsOf({
    'a.yaml':
      CONSOLE +
      foreign +
      resource('Route', 'r', `receivers: [channel/console]\nroutes: [{ muteTimeIntervals: [night] }]`),
  });
  assert.match(elsewhere.join('\n'), /is "night", but tenant default has no such TimeInterval; it has none$/);
  const root = await problemsOf({
    'a.yaml': CONSOLE + WEEKEND + resource('Route', 'r', 'receivers: [channel/console]\nmuteTimeIntervals: [weekend]'),
  });
  assert.equal(root.length, 1);
  assert.match(
    root[0]!,
    /spec\.muteTimeIntervals: stands at the root of the tree, from where no route below has it; allowed: on routes below the root/,
  );
});

const WHO = 'comment: Upgrade\nby: anna';
const maintenance = (fields: string, expected: string | RegExp) =>
  only('Maintenance', `matchers: [namespace=db]\n${fields}\n${WHO}`, expected);

test('[BR-AP-008, BR-AP-L23] a Maintenance holds the alerts of its tenant, once or again and again', async () => {
  const windows = [
    resource(
      'Maintenance',
      'zoned',
      `matchers: [namespace=db]\nzone: Europe/Berlin\nstart: 2026-12-01T22:00\nend: 2026-12-02T00:00\n${WHO}`,
    ),
    resource(
      'Maintenance',
      'offset',
      `matchers: [namespace=web]\nstart: 2026-12-01T22:00+01:00\nduration: 30m\n${WHO}`,
    ),
    resource(
      'Maintenance',
      'weekly',
      `matchers: ['namespace=~"b.*"']\nzone: America/New_York\nstart: 2026-01-01T02:00\nrecurrence: FREQ=WEEKLY;BYDAY=SU\nduration: 2h\n${WHO}`,
    ),
  ];
  const { policy } = await setOf({ 'a.yaml': windows.join('') });
  const held = (namespace: string, at: string, tenant = 'default') =>
    policy.maintenanceHold(tenant, { namespace }, utc(at));
  assert.equal(held('db', '2026-12-01T21:00:00Z')?.until, utc('2026-12-01T23:00:00Z'));
  assert.equal(held('db', '2026-12-01T20:59:00Z'), null);
  assert.equal(held('db', '2026-12-01T21:00:00Z', 'other'), null);
  assert.equal(held('web', '2026-12-01T21:29:00Z')?.until, utc('2026-12-01T21:30:00Z'));
  assert.equal(
    held('batch', '2026-11-22T08:00:00Z')?.reason.detail,
    'Maintenance default/weekly until 2026-11-22T09:00:00.000Z: "Upgrade" (anna)',
  );
  assert.equal(held('batch', '2026-07-05T06:00:00Z')?.until, utc('2026-07-05T08:00:00Z'));
  // 02:00 is skipped in New York on this Sunday: that window does not happen.
  assert.equal(held('batch', '2026-03-08T07:30:00Z'), null);
});

test('[BR-AP-008] what is wrong with a Maintenance is said with its place and what to do', async () => {
  await maintenance(
    'start: 2026-12-01T22:00:00Z\nend: 2026-12-01T21:00:00Z',
    '7 spec.end: is "2026-12-01T21:00:00Z", not after the start at 2026-12-01T22:00:00Z; allowed: a later time, or duration instead of end',
  );
  await maintenance(
    'start: 2026-12-01T22:00:00Z\nend: 2026-12-01T23:00:00+01:00',
    /^7 spec\.end: .* not after the start/,
  );
  await maintenance(
    'start: 2026-12-01T22:00:00Z',
    /spec\.end: is missing; allowed: end or duration, or recurrence with duration$/,
  );
  await maintenance(
    'start: 2026-12-01T22:00:00Z\nend: 2026-12-01T23:00:00Z\nduration: 1h',
    '7 spec.end: stands beside duration; allowed: end or duration, or recurrence with duration',
  );
  await maintenance(
    'start: 2026-12-01T22:00\nduration: 1h',
    '6 spec.start: is "2026-12-01T22:00", a local time without a zone; allowed: a zone beside it, or an offset such as 2026-12-01T22:00+01:00',
  );
  await maintenance(
    'start: tomorrow\nduration: 1h',
    '6 spec.start: is "tomorrow"; allowed: a time such as 2026-12-01T22:00:00+01:00, or 2026-12-01T22:00 with a zone',
  );
  await maintenance(
    'start: 2026-12-01T22:00:00Z\nduration: 0s',
    /^7 spec\.duration: is "0s"; allowed: a duration .* longer than 0/,
  );
  await maintenance(
    'start: 2026-12-01T22:00\nduration: 1h\nzone: Europe/Berln',
    /^8 spec\.zone: is "Europe\/Berln", which is no time zone \(did you mean Europe\/Berlin\?\)/,
  );
});

test('[BR-AP-008] what is wrong with a recurring Maintenance is said with its place and what to do', async () => {
  const recurring = (fields: string, expected: string | RegExp) =>
    maintenance(`recurrence: FREQ=DAILY\n${fields}`, expected);
  await recurring(
    'start: 2026-12-01T22:00\nzone: UTC\nend: 2026-12-01T23:00',
    '9 spec.end: stands beside recurrence; allowed: duration, how long each window lasts; the last start is UNTIL in the rule',
  );
  await recurring(
    'start: 2026-12-01T22:00\nzone: UTC',
    /spec\.duration: is missing; allowed: how long each window lasts, such as 2h$/,
  );
  await recurring(
    'start: 2026-12-01T22:00\nduration: 1h',
    /spec\.zone: is missing; allowed: the zone in which the rule counts, such as Europe\/Berlin$/,
  );
  await recurring(
    'start: 2026-12-01T22:00:00Z\nduration: 1h\nzone: UTC',
    '7 spec.start: is "2026-12-01T22:00:00Z", with an offset; allowed: a time in the zone, such as 2026-12-01T22:00',
  );
  const rule = (text: string, expected: string | RegExp) =>
    maintenance(`recurrence: ${text}\nstart: 2026-12-01T22:00\nduration: 1h\nzone: UTC`, expected);
  await rule(
    'FREQ=HOURLY',
    '6 spec.recurrence: is "FREQ=HOURLY", which has FREQ=HOURLY; allowed for FREQ: DAILY, WEEKLY, MONTHLY, YEARLY',
  );
  await rule(
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    '6 spec.recurrence: is "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", which never happens from 2026-12-01T22:00 on; look at the days, UNTIL and start',
  );
  await rule('FREQ=DAILY;UNTIL=20260101T000000Z', /which never happens from 2026-12-01T22:00 on/);
  await rule(
    'on sundays',
    /^6 spec\.recurrence: is "on sundays", which has the part "on sundays"; allowed: FREQ, INTERVAL/,
  );
});

test('[BR-AP-008] a Maintenance says whom it holds, why and who answers for it', async () => {
  const time = 'start: 2026-12-01T22:00:00Z\nduration: 1h';
  const whom = (matchers: string, expected: string | RegExp) =>
    only('Maintenance', `matchers: ${matchers}\n${time}\n${WHO}`, expected);
  await whom('[]', /^5 spec\.matchers: is \[\]; .*a list with at least one matcher/);
  await whom('[namespace]', /^5 spec\.matchers\[0\]: is "namespace": .*allowed: one of = != =~ !~/);
  await whom(
    '[\'namespace=~".*"\', \'team!="web"\']',
    '5 spec.matchers: fits every alert that lacks these labels; allowed: at least one matcher that an empty value does not match, such as tenant="default" for all',
  );
  await only(
    'Maintenance',
    `matchers: [a=b]\n${time}\nby: anna`,
    /spec\.comment: is missing; allowed: what is done, for those who wonder/,
  );
  await only(
    'Maintenance',
    `matchers: [a=b]\n${time}\ncomment: x`,
    /spec\.by: is missing; allowed: who answers for it$/,
  );
});
