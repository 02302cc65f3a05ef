/** Groups that tell people: each recipient is told, and told of the end, on its own. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { GroupEntry, GroupRef } from '../../alert/entry.ts';
import { type EscalationPolicy, turnsOf } from '../../alert/escalation-policy.ts';
import type { GroupEvent } from '../../alert/event.ts';
import { LINES_PER_FLUSH } from '../../alert/flush-pass.ts';
import { decideGroup, evolveGroup, type GroupState, groupDueAt } from '../../alert/group.ts';
import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import type { Directory } from '../../alert/people.ts';
import { aChannel, aPolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';
import { aDirectory, aTeam, aUser, between, turns } from '../support/people.ts';

const T0 = 1_000_000_000;
const TIMING = { groupWait: 0, groupInterval: 300_000, repeatInterval: 14_400_000 };
const CHANNELS = [aChannel('mail'), aChannel('sms'), aChannel('ops'), aChannel('quiet', { sendResolved: false })];

function ref(channels: readonly string[], change: Partial<GroupRef['timing']> = {}): GroupRef {
  return { id: '00000000000000aa', tenant: 't', key: '{}:{}', labels: {}, timing: { ...TIMING, channels, ...change } };
}

class Life {
  state: GroupState | null = null;
  now = T0;
  directory: Directory;
  group: GroupRef;
  readonly escalations: readonly EscalationPolicy[];
  readonly sent: Notification[] = [];
  readonly events: GroupEvent[] = [];
  #inputs = 0;

  constructor(group: GroupRef, directory: Directory, escalations: readonly EscalationPolicy[] = []) {
    this.group = group;
    this.directory = directory;
    this.escalations = escalations;
  }

  joins(fingerprint: string, change: Partial<GroupedAlert> = {}): this {
    const entry: GroupEntry = {
      kind: 'group',
      group: this.group,
      alert: anAlert({ fingerprint, startsAt: T0, ...change }),
    };
    this.#decide({ kind: 'insert', entry });
    return this;
  }

  ends(fingerprint: string): this {
    return this.joins(fingerprint, { status: 'resolved', endsAt: this.now });
  }

  /** Until nothing is due any more at this time: as the partition does. */
  settle(at = this.now): string[] {
    this.now = at;
    const before = this.sent.length;
    for (let ticks = 0; this.state !== null && groupDueAt(this.state) <= at; ticks++) {
      assert.ok(ticks < 1000, 'the group is never done');
      const { quietUntil = 0 } = this.#decide({ kind: 'tick' });
      if (quietUntil > at) break;
    }
    return this.sent.slice(before).map(describeSent);
  }

  tickOnce(): void {
    this.#decide({ kind: 'tick' });
  }

  /** The state as it is after a takeover. */
  recover(): this {
    this.state = JSON.parse(JSON.stringify(this.state)) as GroupState | null;
    return this;
  }

  get unreached(): string[] {
    return (this.state?.unreached ?? []).map(({ recipient, reason }) => `${recipient} ${reason.code}`);
  }

  #decide(command: Parameters<typeof decideGroup>[1]) {
    const policy = aPolicy({ channels: CHANNELS, directory: this.directory, escalations: this.escalations });
    const decision = decideGroup(this.state, command, this.now, policy, `a0:${++this.#inputs}`);
    for (const event of decision.events) this.state = evolveGroup(this.state, event);
    this.events.push(...decision.events);
    this.sent.push(...decision.effects.map(({ notification }) => notification));
    return decision;
  }
}

function describeSent({ channel, recipient, status }: Notification): string {
  return `${channel} ${recipient?.name ?? '-'} ${status}`;
}

describe('who is told', () => {
  const users = [aUser('alice'), aUser('bob')];

  test('[BR-NOT-018] each recipient has a notification of its own, with an id that a replay makes again', () => {
    const tell = () => {
      const life = new Life(
        ref(['ops', 'team/t']),
        aDirectory({ users, teams: [aTeam('t', { members: ['alice', 'bob'] })] }),
      );
      life.joins('a').settle();
      return life.sent;
    };
    assert.deepEqual(tell().map(describeSent), ['ops - firing', 'mail user/alice firing', 'mail user/bob firing']);
    assert.equal(new Set(tell().map(({ id }) => id)).size, 3);
    assert.deepEqual(tell(), tell());
  });

  test('[BR-NOT-018] whoever heard that it fires hears that it ended, after a hand-over as well, and nobody else does', () => {
    const life = new Life(
      ref(['schedule/s']),
      aDirectory({ users, schedules: [turns('s', T0 + 1000, ['alice', 'bob'])] }),
    );
    assert.deepEqual(life.joins('a').settle(), ['mail user/alice firing']);
    assert.deepEqual(
      life
        .recover()
        .ends('a')
        .settle(T0 + TIMING.groupInterval),
      ['mail user/alice resolved'],
    );
    assert.equal(life.state, null);
  });

  test('[BR-NOT-018] what fires on after a hand-over is told to who is on call then, its end to both', () => {
    const life = new Life(
      ref(['schedule/s']),
      aDirectory({ users, schedules: [turns('s', T0 + 1000, ['alice', 'bob'])] }),
    );
    life.joins('a').settle();
    assert.deepEqual(life.joins('b').settle(T0 + TIMING.groupInterval), ['mail user/bob firing']);
    life.ends('a').ends('b');
    // Alice heard of a alone: of b she hears neither the beginning nor the end.
    assert.deepEqual(life.settle(T0 + 2 * TIMING.groupInterval).sort(), [
      'mail user/alice resolved',
      'mail user/bob resolved',
    ]);
    const [alices] = life.sent.filter(
      ({ recipient, status }) => recipient?.name === 'user/alice' && status === 'resolved',
    );
    assert.deepEqual(
      alices?.alerts.map(({ fingerprint }) => fingerprint),
      ['a'],
    );
  });

  test('[BR-NOT-018] somebody who was taken out of the configuration hears of the end where they heard of the beginning', () => {
    const life = new Life(ref(['user/alice']), aDirectory({ users }));
    life.joins('a').settle();
    life.directory = aDirectory({});
    life.ends('a').settle(T0 + TIMING.groupInterval);
    assert.deepEqual(
      life.sent.map(({ recipient, status }) => [recipient?.address, status]),
      [
        ['alice@example.org', 'firing'],
        ['alice@example.org', 'resolved'],
      ],
    );
  });

  test('[BR-NOT-019] who has quiet hours is told when they end, if it fires still', () => {
    const quietHours = { when: between(0, T0 + 7_000_000), breakThrough: ['P1' as const], criticalBreaksThrough: true };
    const directory = aDirectory({ users: [aUser('alice', { quietHours })] });
    const mild = { priority: 'P3' as const, labels: { severity: 'warning' } };
    const life = new Life(ref(['user/alice']), directory);
    assert.deepEqual(life.joins('a', mild).settle(), []);
    assert.deepEqual([life.unreached, life.state?.dueAt], [['user/alice reach.quiet-hours'], T0 + 7_000_000]);
    assert.deepEqual(life.settle(T0 + 7_000_000), ['mail user/alice firing']);
    assert.deepEqual(life.unreached, []);
    const ended = new Life(ref(['user/alice']), directory);
    ended.joins('a', mild).settle();
    assert.deepEqual(
      ended.ends('a').settle(T0 + TIMING.groupInterval),
      [],
      'nobody needs the end of what nobody heard of',
    );
  });

  test('[BR-REL-004] a group of before there were people reads, and goes on', () => {
    const life = new Life(ref(['ops']), aDirectory({}));
    life.joins('a').settle();
    const before = JSON.parse(JSON.stringify(life.state)) as Record<string, unknown>;
    assert.deepEqual(
      Object.keys(before).sort(),
      ['alerts', 'born', 'dueAt', 'flushedAt', 'group', 'told'],
      'nothing was added to it',
    );
    assert.deepEqual(
      life
        .recover()
        .ends('a')
        .settle(T0 + TIMING.groupInterval),
      ['ops - resolved'],
    );
  });
});

describe('who cannot be told', () => {
  const steps = turnsOf([
    { after: 600_000, channels: ['user/lead'], repeat: null },
    { after: 900_000, channels: ['ops'], repeat: null },
  ]);
  const escalation: EscalationPolicy = { name: 'e', turns: steps, severities: null, priorities: null, stopOn: [] };
  const nobody = aUser('alice', { contacts: [] });

  test('[BR-NOT-017] [BR-ERR-010] a receiver that reaches nobody escalates at once, and says so', () => {
    const life = new Life(ref(['user/alice'], { escalation: 'e' }), aDirectory({ users: [nobody, aUser('lead')] }), [
      escalation,
    ]);
    assert.deepEqual(life.joins('a').settle(), ['mail user/lead firing']);
    assert.deepEqual(life.unreached, ['user/alice reach.no-contact']);
    const codes = life.events.flatMap((event) => ('reasons' in event ? event.reasons.map(({ code }) => code) : []));
    assert.deepEqual(codes, [
      'escalation.begun',
      'escalation.unreachable',
      'escalation.unreachable',
      'escalation.step',
    ]);
    assert.deepEqual(life.settle(T0 + 899_999), [], 'the next step comes at its own time');
    assert.deepEqual(life.settle(T0 + 900_000), ['ops - firing']);
  });

  test('[BR-NOT-017] a step that reaches nobody leads to the next one at once', () => {
    const life = new Life(
      ref(['schedule/gap'], { escalation: 'e' }),
      aDirectory({ schedules: [turns('gap', 2 * T0, [null])] }),
      [escalation],
    );
    assert.deepEqual(life.joins('a').settle(), ['ops - firing']);
  });

  test('[BR-NOT-017] whoever was told and went home is no reason to hurry', () => {
    const schedules = [turns('s', T0 + 1000, ['bob', null])];
    const life = new Life(
      ref(['schedule/s'], { escalation: 'e' }),
      aDirectory({ users: [aUser('bob'), aUser('lead')], schedules }),
      [escalation],
    );
    assert.deepEqual(life.joins('a').settle(), ['mail user/bob firing']);
    assert.deepEqual(life.settle(T0 + 300_000), []);
    assert.deepEqual(life.settle(T0 + 600_000), ['mail user/lead firing']);
  });
});

describe('many recipients', () => {
  const MANY = 10_000;
  const members = Array.from({ length: MANY }, (_, i) => `u${i}`);
  const directory = aDirectory({ users: members.map((name) => aUser(name)), teams: [aTeam('all', { members })] });

  test('[BR-NOT-015] [BR-SCALE-008] ten thousand are told once each, in shares, and go on after a crash where it was', () => {
    const life = new Life(ref(['team/all']), directory);
    life.joins('a');
    let shares = 0;
    while (life.state !== null && life.state.dueAt <= life.now) {
      const before = life.sent.length;
      life.recover().tickOnce();
      assert.ok(life.sent.length - before <= LINES_PER_FLUSH);
      shares++;
    }
    assert.equal(shares, MANY / LINES_PER_FLUSH);
    assert.deepEqual([life.sent.length, new Set(life.sent.map(({ id }) => id)).size], [MANY, MANY]);
    life.ends('a').settle(T0 + TIMING.groupInterval);
    const ended = life.sent.filter(({ status }) => status === 'resolved').map(({ recipient }) => recipient?.name);
    assert.deepEqual([ended.length, new Set(ended).size, life.state], [MANY, MANY, null]);
  });
});

type Step = readonly ['fires' | 'ends' | 'tick' | 'wait' | 'recover', number];
const anyStep: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('fires' as const, 'ends' as const, 'tick' as const, 'wait' as const, 'recover' as const),
  fc.nat(3),
);

test('[BR-NOT-018] [BR-SCALE-008] whatever happens: resolved goes to exactly those who got firing, and every id is sent once', () => {
  const members = Array.from({ length: LINES_PER_FLUSH + 20 }, (_, i) => `m${i}`);
  const users = [...members, 'alice', 'bob'].map((name) => aUser(name));
  const directory = aDirectory({
    users,
    teams: [aTeam('all', { members })],
    schedules: [turns('s', 700_000, ['alice', null, 'bob'])],
  });
  const receivers = ['team/all', 'schedule/s', 'ops'];
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 25 }), (steps) => {
      const life = new Life(ref(receivers), directory);
      for (const [kind, n] of steps) {
        if (kind === 'fires') life.joins(`a${n}`);
        else if (kind === 'ends') life.ends(`a${n}`);
        else if (kind === 'tick') life.tickOnce();
        else if (kind === 'recover') life.recover();
        else life.now += 100_000 * (n + 1);
      }
      for (let n = 0; n <= 3; n++) life.ends(`a${n}`);
      for (let flushes = 0; life.state !== null && flushes < 10; flushes++)
        life.settle(Math.max(life.now, groupDueAt(life.state)));
      assert.equal(life.state, null, 'the group ends');
      assert.equal(new Set(life.sent.map(({ id }) => id)).size, life.sent.length);
      const firing = new Map<string, Set<string>>();
      const ended = new Set<string>();
      for (const { channel, recipient, alerts } of life.sent) {
        const line = `${channel} ${recipient?.name ?? ''}`;
        const known = firing.get(line) ?? new Set();
        firing.set(line, known);
        for (const { fingerprint, status } of alerts) {
          if (status === 'firing') known.add(fingerprint);
          else if (recipient !== undefined && !ended.has(`${line} ${fingerprint}`)) {
            assert.ok(known.has(fingerprint), `${line} is told the end of what it heard nothing of`);
          }
          if (status === 'firing') continue;
          known.delete(fingerprint);
          ended.add(`${line} ${fingerprint}`);
        }
      }
      for (const [line, left] of firing) assert.deepEqual([...left], [], `${line} was not told of an end`);
    }),
    { numRuns: 60 },
  );
});
