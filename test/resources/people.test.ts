import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabelSet } from '../../alert/alert.ts';
import { reach } from '../../alert/reach.ts';
import { shiftKey, withShifts } from '../../resources/run-time.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const user = (name: string, more = '', tenant?: string) =>
  resource('User', name, `contacts: [{ channel: channel/console, address: ${name}@example.org }]\n${more}`, tenant);
const route = (receivers: string) => resource('Route', 'root', `receivers: ${receivers}`);
const LAYERS = `timeZone: Europe/Berlin
layers:
  - { name: first, users: [user/alice, user/bob], start: '2026-11-23T09:00', rotation: { every: week, weekday: monday } }`;
const utc = (text: string) => Date.parse(text);
const problem = async (...documents: string[]) =>
  (await problemsOf({ 'a.yaml': [...documents, consoleChannel()].join('') })).join('\n');

test('[BR-NOT-018] [BR-NOT-021] users, teams and schedules are receivers of routes and of steps', async () => {
  const { policy } = await setOf({
    'a.yaml': [
      route('[channel/console, schedule/primary, team/shop]'),
      resource('EscalationPolicy', 'night', 'steps: [{ after: 5m, receivers: [user/bob] }]'),
      user('alice', 'language: de\ntimeZone: europe/berlin'),
      user('bob'),
      resource('Team', 'shop', 'members: [user/bob, user/bob]\ndefault: [schedule/primary]'),
      resource('Schedule', 'primary', LAYERS),
      consoleChannel(),
    ].join(''),
  });
  const [match] = policy.route('default', {});
  assert.deepEqual(match?.timing.channels, ['console', 'schedule/primary', 'team/shop']);
  assert.deepEqual(policy.escalation('default', 'night')?.turns[0]?.channels, ['user/bob']);
  const facts = { tenant: 'default', priority: 'P2' as const, critical: false, now: utc('2026-11-25T12:00:00Z') };
  const { lines } = reach(match!.timing.channels, facts, policy.directory);
  assert.deepEqual(
    lines.map(({ channel, recipient }) => [channel, recipient?.name, recipient?.language, recipient?.timeZone]),
    [
      ['console', undefined, undefined, undefined],
      ['console', 'user/alice', 'de', 'Europe/Berlin'],
      ['console', 'user/bob', undefined, undefined],
    ],
  );
  assert.equal(policy.directory.user('other', 'alice'), null);
});

test('[BR-NOT-019] quiet hours and preferences are in the time zone of the user, over the change of clocks as well', async () => {
  const quiet = `timeZone: America/New_York
quietHours: { when: [{ times: [{ startTime: '22:00', endTime: '24:00' }, { startTime: '00:00', endTime: '07:00' }] }] }`;
  const { policy } = await setOf({ 'a.yaml': user('alice', quiet) + consoleChannel() });
  const quietHours = policy.directory.user('default', 'alice')!.quietHours!;
  assert.deepEqual([quietHours.breakThrough, quietHours.criticalBreaksThrough], [['P1'], true]);
  const inside = (text: string) => quietHours.when.at(utc(text)).inside;
  assert.deepEqual(
    ['2026-10-31T10:59:00Z', '2026-10-31T11:00:00Z', '2026-11-01T11:59:00Z', '2026-11-01T12:00:00Z'].map(inside),
    [true, false, true, false],
  );
});

test('[BR-NOT-016] routes by severity, environment, tenant and hours lead to people: matchers and time intervals', async () => {
  const tree = `receivers: [channel/console]
routes:
  - { matchers: ['severity="critical"', 'environment="production"'], receivers: [user/alice], activeTimeIntervals: [office], continue: true }
  - { matchers: ['severity="critical"', 'tenant="default"'], receivers: [user/bob], muteTimeIntervals: [office] }`;
  const { policy } = await setOf({
    'a.yaml': [
      resource('Route', 'root', tree),
      resource(
        'TimeInterval',
        'office',
        `timeIntervals: [{ times: [{ startTime: '09:00', endTime: '17:00' }], location: Europe/Berlin }]`,
      ),
      user('alice'),
      user('bob'),
      consoleChannel(),
    ].join(''),
  });
  const told = (labels: LabelSet, now: string) =>
    policy
      .route('default', { tenant: 'default', ...labels })
      .filter(({ timing }) => policy.timeHold('default', timing, utc(now)) === null)
      .flatMap(({ timing }) => timing.channels);
  const critical = { severity: 'critical', environment: 'production' };
  assert.deepEqual(told(critical, '2026-11-25T10:00:00Z'), ['user/alice']);
  assert.deepEqual(told(critical, '2026-11-25T20:00:00Z'), ['user/bob']);
  assert.deepEqual(told({ severity: 'critical', environment: 'staging' }, '2026-11-25T20:00:00Z'), ['user/bob']);
  assert.deepEqual(told({ severity: 'info' }, '2026-11-25T20:00:00Z'), ['console']);
});

test('[BR-NOT-022] those who subscribe to the same share a route; others have their own, beside what the routes say', async () => {
  const wish = (name: string, subscriber: string, more: string) =>
    resource('Subscription', name, `subscriber: ${subscriber}\n${more}`);
  const { policy } = await setOf({
    'a.yaml': [
      route('[channel/console]'),
      user('alice'),
      user('bob'),
      wish('a', 'user/alice', `matchers: ['app="shop"']\nenvironments: [production]\npriorities: [P1, P2]`),
      wish('b', 'user/bob', `priorities: [P2, P1]\nenvironments: [production]\nmatchers: ['app="shop"']`),
      wish('c', 'user/bob', `matchers: ['app="shop"']`),
      consoleChannel(),
    ].join(''),
  });
  const labels = { app: 'shop', environment: 'production', priority: 'P1' };
  const receivers = policy.route('default', labels).map(({ timing }) => timing.channels[0]!);
  assert.equal(receivers[0], 'console');
  const subscribers = receivers.slice(1).map((name) => policy.directory.subscribers('default', name.split('/')[1]!));
  assert.deepEqual(
    subscribers.map((all) => all?.map(({ receiver, by }) => `${receiver} ${by}`)),
    [['user/alice Subscription a', 'user/bob Subscription b'], ['user/bob Subscription c']],
  );
  assert.equal(policy.route('default', { ...labels, priority: 'P4' }).length, 2);
  assert.equal(policy.route('other', labels).length, 0);
});

test('[BR-NOT-022] nobody subscribes to environments that were not granted to them', async () => {
  const limited = user('alice', 'mayHear: { environments: [staging, testing] }');
  const wish = (environments: string) => resource('Subscription', 's', `subscriber: user/alice${environments}`);
  assert.match(
    await problem(limited, wish('\nenvironments: [staging, production]')),
    /spec\.environments: is staging, production, but user\/alice may hear of some only; allowed: staging, testing/,
  );
  assert.match(await problem(limited, wish('')), /spec\.environments: is missing, which means every environment/);
  await setOf({ 'a.yaml': [limited, wish('\nenvironments: [testing]'), consoleChannel()].join('') });
});

const CALENDAR = [
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN'],
  ...[
    'BEGIN:VEVENT',
    'UID:1',
    'DTSTART;TZID=Europe/Berlin:20261023T090000',
    'DTEND;TZID=Europe/Berlin:20261024T090000',
  ],
  ...['RRULE:FREQ=DAILY;INTERVAL=2;COUNT=10', 'SUMMARY:alice', 'END:VEVENT'],
  ...['BEGIN:VEVENT', 'UID:2', 'DTSTART:20261024T090000', 'DTEND:20261025T090000'],
  ...['SUMMARY:Bob the Builder', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n');

test('[BR-NOT-018] a calendar from a file is a layer: recurring events, a time without a zone is in that of the schedule', async () => {
  const spec = `timeZone: Europe/Berlin
layers: [{ name: outside, users: [user/alice, user/bob], ical: { file: duty.ics }, names: { 'Bob the Builder': user/bob } }]`;
  const files = { 'a.yaml': [user('alice'), user('bob'), resource('Schedule', 's', spec), consoleChannel()].join('') };
  const { policy, hash } = await setOf({ ...files, 'duty.ics': CALENDAR });
  const schedule = policy.directory.schedule('default', 's')!;
  // The clock goes back in the night to the 25th: the turns stay at nine.
  const at = (text: string) => schedule.at(utc(text)).user;
  assert.deepEqual(
    [
      '2026-10-24T06:59:00Z',
      '2026-10-24T07:00:00Z',
      '2026-10-25T07:59:00Z',
      '2026-10-25T08:00:00Z',
      '2026-10-26T08:00:00Z',
    ].map(at),
    ['alice', 'bob', 'bob', 'alice', null],
  );
  assert.equal(schedule.at(utc('2026-10-26T08:00:00Z')).until, utc('2026-10-27T08:00:00Z'));
  const later = await setOf({ ...files, 'duty.ics': CALENDAR.replace('COUNT=10', 'COUNT=9') });
  assert.notEqual(later.policy.hash, policy.hash, 'another calendar is another policy');
  assert.notEqual(later.hash, hash);
  const refused = (text: string) => problemsOf({ ...files, 'duty.ics': text }).then((all) => all.join('\n'));
  assert.match(await refused('something else'), /layers\[0\]\.ical: holds no event/);
  assert.match(
    await refused(CALENDAR.replace('SUMMARY:alice', 'SUMMARY:Mallory')),
    /event "Mallory", which names no user/,
  );
});

test('[BR-CFG-002] what can be nobody is refused with its line and what is allowed', async () => {
  assert.match(
    await problem(route('[user/alise]'), user('alice')),
    /no such User \(did you mean alice\?\); allowed: user\/alice/,
  );
  assert.match(await problem(route('[user/alice]'), user('alice', '', 'other')), /tenant default has no such User/);
  const twice = resource(
    'User',
    'u',
    `contacts: [{ channel: channel/console, address: a }, { channel: channel/console, address: b }]`,
  );
  assert.match(await problem(twice), /contacts\[1\]\.channel: .*for which there is a contact already/);
  assert.match(
    await problem(user('u', 'preferences: [{ channels: [channel/sms] }]')),
    /preferences\[0\]\.channels\[0\]: is channel\/sms, for which/,
  );
  assert.match(
    await problem(resource('User', 'u', 'contacts: [{ channel: channel/console, address: "a\\r\\nBcc: b" }]')),
    /contacts\[0\]\.address/,
  );
  assert.match(await problem(resource('Team', 't', 'displayName: T')), /spec\.members: is missing/);
  const layer = (fields: string) =>
    resource('Schedule', 's', `timeZone: Europe/Berlin\nlayers: [{ name: l, users: [user/a], ${fields} }]`);
  const refused = (fields: string) => problem(user('a'), layer(fields));
  assert.match(await refused('rotation: { every: day }'), /layers\[0\]\.start: is missing/);
  assert.match(
    await refused("start: '2026-11-23T09:00', rotation: { every: hours, handOver: '09:00' }"),
    /has a handOver/,
  );
  assert.match(await refused("start: '2026-11-23T09:00', rotation: { every: day, weekday: monday }"), /has a weekday/);
  assert.match(
    await refused("start: '2026-11-23T09:00', end: '2026-11-22T09:00', rotation: { every: day }"),
    /layers\[0\]\.end: .*not after the start/,
  );
  assert.match(
    await refused("start: '2026-11-31T09:00', rotation: { every: day }"),
    /layers\[0\]\.start: is "2026-11-31/,
  );
  assert.match(await refused('ical: { file: missing.ics }'), /layers\[0\]\.ical: .*ENOENT/);
});

test('[BR-NOT-018] what people changed at run time lies over what is declared, in its tenant alone; the policy keeps its hash', async () => {
  const set = await setOf({
    'a.yaml': [
      user('alice'),
      user('bob'),
      resource('Schedule', 'primary', LAYERS),
      consoleChannel(),
      resource('Schedule', 'primary', LAYERS, 'other'),
      user('alice', '', 'other'),
      user('bob', '', 'other'),
      resource('Channel', 'console', 'type: console', 'other'),
    ].join(''),
  });
  const now = utc('2026-11-25T12:00:00Z');
  const shifts = [{ user: 'bob', start: now, end: now + 3_600_000 }];
  const change = { id: 'x', by: 'bob', person: 'bob', madeAt: now, comment: '', shifts };
  const over = withShifts(set, new Map([[shiftKey('default', 'primary'), [change]]]));
  const onCall = (tenant: string, at = now) => over.policy.directory.schedule(tenant, 'primary')?.at(at).user;
  assert.deepEqual([onCall('default'), onCall('default', now + 3_600_000), onCall('other')], ['bob', 'alice', 'alice']);
  assert.equal(
    set.policy.directory.schedule('default', 'primary')?.at(now).user,
    'alice',
    'what is declared is as it was',
  );
  assert.deepEqual([over.policy.hash, over.schedules.length], [set.policy.hash, 2]);
  const left = { ...change, shifts: [{ ...shifts[0]!, user: 'gone' }] };
  const without = withShifts(set, new Map([[shiftKey('default', 'primary'), [left]]]));
  assert.equal(without.policy.directory.schedule('default', 'primary')?.at(now).user, 'alice');
});

test('[BR-SEC-008] who asks is the User that names it, else the one of that name; one name is one person', async () => {
  const set = await setOf({
    'a.yaml': [user('alice', 'signsInAs: [alice@example.org, laptop]'), user('bob'), consoleChannel()].join(''),
  });
  assert.deepEqual(
    ['alice@example.org', 'laptop', 'alice', 'bob', 'eve'].map((name) => set.person('default', name)),
    ['alice', 'alice', null, 'bob', null],
  );
  assert.equal(set.person('other', 'bob'), null);
  const twice = await problem(user('alice', 'signsInAs: [bob]'), user('bob'));
  assert.match(twice, /metadata\.name: "bob" is how user\/alice signs in already/);
  const both = await problem(user('alice', 'signsInAs: [x]'), user('bob', 'signsInAs: [y, x]'));
  assert.match(both, /spec\.signsInAs\[1\]: "x" is how user\/alice signs in already/);
});

test('[BR-NOT-010] a contact says in which format', async () => {
  const contacts = (format: string) =>
    resource('User', 'u', `contacts: [{ channel: channel/console, address: a, format: ${format} }]`);
  const { policy } = await setOf({ 'a.yaml': `${consoleChannel()}${contacts('plain')}` });
  assert.deepEqual(policy.directory.user('default', 'u')?.contacts, [
    { channel: 'console', address: 'a', format: 'plain' },
  ]);
  const [problem] = await problemsOf({ 'a.yaml': `${consoleChannel()}${contacts('short')}` });
  assert.match(problem ?? '', /contacts\[0\]\.format/);
});
