import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../alert/dry-run.ts';
import type { Directory } from '../../alert/people.ts';
import { MOST_LINES, type ReachFacts, reach } from '../../alert/reach.ts';
import { addresses, anAudience } from '../support/audience.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';
import { aDirectory, aTeam, aUser, between, turns } from '../support/people.ts';

const facts = (change: Partial<ReachFacts> = {}): ReachFacts => ({
  tenant: 't',
  priority: 'P3',
  critical: false,
  now: 1000,
  ...change,
});

/** `channel user/name: the last reason`, then who is not reached and why. */
function told(receivers: readonly string[], directory: Directory, change: Partial<ReachFacts> = {}): string[] {
  const { lines, unreached } = reach(receivers, facts(change), directory);
  return [
    ...lines.map(
      ({ channel, recipient, reasons }) => `${channel} ${recipient?.name ?? '-'} ${reasons.at(-1)?.code ?? '-'}`,
    ),
    ...unreached.map(({ recipient, reason }) => `not ${recipient} ${reason.code}`),
  ];
}

const SMS = { channel: 'sms', address: '+4915' };
const MAIL = { channel: 'mail', address: 'a@x' };

test('[BR-NOT-021] [BR-NOT-008] a user is told by the first preference that fits, else by the first contact', () => {
  const alice = aUser('alice', {
    contacts: [MAIL, SMS],
    language: 'de',
    timeZone: 'Europe/Berlin',
    preferences: [
      { priorities: ['P1'], when: null, channels: ['sms', 'mail'], all: true },
      { priorities: null, when: between(5000, 6000), channels: ['sms'], all: false },
      { priorities: ['P5'], when: null, channels: ['chat'], all: false },
    ],
  });
  const directory = aDirectory({ users: [alice] });
  assert.deepEqual(told(['user/alice'], directory, { priority: 'P1' }), [
    'sms user/alice reach.preferred',
    'mail user/alice reach.preferred',
  ]);
  assert.deepEqual(told(['user/alice'], directory), ['mail user/alice reach.first-contact']);
  assert.deepEqual(told(['user/alice'], directory, { now: 5000 }), ['sms user/alice reach.preferred']);
  assert.deepEqual(told(['user/alice'], directory, { priority: 'P5' }), ['mail user/alice reach.first-contact']);
  assert.deepEqual(reach(['user/alice'], facts(), directory).lines[0]?.recipient, {
    name: 'user/alice',
    address: 'a@x',
    language: 'de',
    timeZone: 'Europe/Berlin',
    next: [SMS],
  });
});

test('[BR-NOT-010] the format is that of the contact by which one is told', () => {
  const alice = aUser('alice', { contacts: [{ ...MAIL, format: 'plain' }, SMS] });
  const [line] = reach(['user/alice'], facts(), aDirectory({ users: [alice] })).lines;
  assert.deepEqual(line?.recipient, { name: 'user/alice', address: 'a@x', format: 'plain', next: [SMS] });
});

test('[BR-NOT-019] quiet hours put off what can wait, until they end; what is critical breaks through', () => {
  const quietHours = { when: between(0, 5000), breakThrough: ['P1' as const], criticalBreaksThrough: true };
  const directory = aDirectory({ users: [aUser('alice', { quietHours })] });
  assert.deepEqual(told(['user/alice'], directory), ['not user/alice reach.quiet-hours']);
  const { unreached, stranded } = reach(['user/alice'], facts(), directory);
  assert.equal(unreached[0]?.until, 5000);
  assert.deepEqual([...stranded], [], 'she will hear of it');
  for (const loud of [{ priority: 'P1' as const }, { critical: true }, { now: 5000 }]) {
    assert.deepEqual(told(['user/alice'], directory, loud), ['mail user/alice reach.first-contact']);
  }
});

test('[BR-NOT-021] a team is its channels, its members or both; who is named otherwise, where that reaches nobody', () => {
  const users = [aUser('a'), aUser('b', { contacts: [] }), aUser('lead')];
  const directory = aDirectory({
    users,
    teams: [
      aTeam('chat', { channels: ['room'], members: ['a'], tell: 'channels' }),
      aTeam('all', { channels: ['room'], members: ['a', 'b'], tell: 'everyone' }),
      aTeam('mute', { members: ['b'], otherwise: ['user/lead'] }),
    ],
  });
  assert.deepEqual(told(['team/chat'], directory), ['room - reach.team']);
  assert.deepEqual(told(['team/all'], directory), [
    'room - reach.team',
    'mail user/a reach.first-contact',
    'not user/b reach.no-contact',
  ]);
  assert.deepEqual(told(['team/mute'], directory), [
    'mail user/lead reach.first-contact',
    'not user/b reach.no-contact',
    'not team/mute reach.empty-team',
  ]);
});

test('[BR-NOT-018] a schedule is whoever is on call; a gap and somebody without a contact say so, and lead to who is named otherwise', () => {
  const users = [aUser('a'), aUser('b', { contacts: [] })];
  const directory = aDirectory({
    users,
    schedules: [turns('s', 1000, ['a', null, 'b'], ['ops']), turns('alone', 1000, [null, 'a'])],
  });
  assert.deepEqual(told(['schedule/s'], directory, { now: 0 }), ['mail user/a reach.first-contact']);
  assert.deepEqual(told(['schedule/s'], directory, { now: 1500 }), [
    'ops - reach.otherwise',
    'not schedule/s reach.gap',
  ]);
  assert.deepEqual(told(['schedule/s'], directory, { now: 2500 }), [
    'ops - reach.otherwise',
    'not user/b reach.no-contact',
    'not schedule/s reach.on-call-unreachable',
  ]);
  const gap = reach(['schedule/alone', 'room'], facts({ now: 10 }), directory);
  assert.deepEqual([[...gap.stranded], gap.unreached[0]?.until], [['schedule/alone'], 1000]);
});

test('two ways to one recipient are one line that names both; what is not declared says so', () => {
  const directory = aDirectory({
    users: [aUser('a')],
    teams: [aTeam('t', { members: ['a'] })],
    subscribers: { x: ['team/t', 'user/a'] },
  });
  const { lines } = reach(['team/t', 'user/a', 'subscription/x'], facts(), directory);
  assert.deepEqual(
    lines.map(({ via }) => via),
    [['team/t', 'user/a', 'subscription/x']],
  );
  const nobody = ['user/x', 'team/x', 'schedule/x', 'subscription/y', 'robot/x'];
  assert.deepEqual(
    told(nobody, directory),
    nobody.map((name) => `not ${name} reach.unknown`),
  );
});

test('[BR-SCALE-008] an Audience is one line by its channel, however many it is', () => {
  const audiences = { customers: anAudience(addresses(20_000), { channel: 'mail' }) };
  const { lines, stranded } = reach(['audience/customers', 'audience/gone'], facts(), aDirectory({ audiences }));
  assert.deepEqual(
    lines.map(({ channel, recipient, reasons }) => [channel, recipient?.name, reasons[0]?.detail]),
    [['mail', 'audience/customers', 'audience/customers: 20000 recipients']],
  );
  assert.deepEqual([...stranded], ['audience/gone']);
});

test('[BR-NOT-015] an audience is bounded, and who is beyond the bound is named', () => {
  const members = Array.from({ length: MOST_LINES + 3 }, (_, i) => `u${i}`);
  const directory = aDirectory({ users: members.map((name) => aUser(name)), teams: [aTeam('all', { members })] });
  const { lines, unreached } = reach(['team/all'], facts(), directory);
  assert.deepEqual([lines.length, unreached.length, unreached[0]?.reason.code], [MOST_LINES, 3, 'reach.too-many']);
});

test('[BR-WH-019] a dry run says who would be told by which channel, and who would not and why', () => {
  const policy = aPolicy({
    root: aRoute({ channels: ['ops', 'schedule/s', 'user/mute'] }),
    directory: aDirectory({
      users: [aUser('alice'), aUser('mute', { contacts: [] })],
      schedules: [turns('s', 1000, ['alice'])],
    }),
  });
  const { told: names, reasons } = dryRun(policy, anAlert(), 10);
  assert.deepEqual(names, ['ops', 'mail user/alice']);
  const why = reasons.filter(({ code }) => code.startsWith('reach.')).map(({ code, detail }) => `${code} ${detail}`);
  assert.deepEqual(why, [
    'reach.on-call mail user/alice: schedule/s: alice',
    'reach.first-contact mail user/alice: user/alice',
    'reach.no-contact user/mute: not told: the user has no contact',
  ]);
});
