import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GroupEntry, GroupRef } from '../../alert/entry.ts';
import { decideGroup, evolveGroup, type GroupState } from '../../alert/group.ts';
import type { GroupedAlert } from '../../alert/notification.ts';
import type { Policy } from '../../alert/policy.ts';
import { aChannel, aPolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const T0 = 1_000_000_000;
const WAIT = 30_000;
const INTERVAL = 300_000;
const REPEAT = 14_400_000;

function ref(channels: readonly string[] = ['ops'], change: Partial<GroupRef['timing']> = {}): GroupRef {
  const timing = { groupWait: WAIT, groupInterval: INTERVAL, repeatInterval: REPEAT, channels, ...change };
  return { id: '00000000000000aa', tenant: 't', key: '{}:{}', labels: {}, timing };
}

function joins(fingerprint: string, change: Partial<GroupedAlert> = {}, group = ref()): GroupEntry {
  return { kind: 'group', group, alert: anAlert({ fingerprint, startsAt: T0, ...change }) };
}

const ends = (fingerprint: string, group = ref()) => joins(fingerprint, { status: 'resolved', endsAt: T0 + 1 }, group);

/** One group lived by hand: what goes in when, and what comes out. */
class Life {
  state: GroupState | null = null;
  now = T0;
  #inputs = 0;
  policy: Policy;

  constructor(policy = aPolicy()) {
    this.policy = policy;
  }

  insert(entry: GroupEntry, at = this.now): this {
    this.#decide({ kind: 'insert', entry }, at);
    return this;
  }

  /** Moves on to the next flush. */
  flush() {
    assert.ok(this.state !== null, 'the group has ended');
    return this.tick(Math.max(this.now, this.state.dueAt));
  }

  tick(at: number) {
    const { events, effects } = this.#decide({ kind: 'tick' }, at);
    const [event] = events;
    const decisions = event?.type === 'group.flushed' ? event.decisions : [];
    const notifications = effects.map((effect) => effect.notification);
    const codes = decisions.map((decision) => decision.reasons[0]?.code);
    return { event, decisions, notifications, codes };
  }

  #decide(command: Parameters<typeof decideGroup>[1], at: number) {
    this.now = at;
    const decision = decideGroup(this.state, command, at, this.policy, `a0:${++this.#inputs}`);
    for (const event of decision.events) this.state = evolveGroup(this.state, event);
    return decision;
  }
}

describe('when a group flushes', () => {
  test('[BR-AP-004] first after group_wait, then group_interval later', () => {
    const life = new Life().insert(joins('a'));
    assert.equal(life.state?.dueAt, T0 + WAIT);
    assert.equal(life.tick(T0 + WAIT - 1).event, undefined);
    assert.deepEqual(life.tick(T0 + WAIT + 5).codes, ['group.first']);
    assert.equal(life.insert(joins('b')).state?.dueAt, T0 + WAIT + 5 + INTERVAL);
  });

  test('at whole group_intervals behind the last flush, however late a change comes; exactly then it is told at once', () => {
    const flushed = () => {
      const life = new Life().insert(joins('a'));
      life.tick(T0 + WAIT);
      return life;
    };
    const base = T0 + WAIT;
    assert.equal(flushed().insert(joins('b'), base + 2 * INTERVAL + 1).state?.dueAt, base + 3 * INTERVAL);
    assert.equal(flushed().insert(joins('b'), base + 2 * INTERVAL).state?.dueAt, base + 2 * INTERVAL);
  });

  test('not at all while there can be nothing to tell: an idle group is next due for its repetition', () => {
    const life = new Life().insert(joins('a'));
    life.tick(T0 + WAIT);
    assert.equal(life.state?.dueAt, T0 + WAIT + REPEAT + INTERVAL);
  });

  test('at once for an alert older than group_wait, but only while the group never flushed', () => {
    const old = joins('a', { startsAt: T0 - WAIT - 1 });
    assert.equal(new Life().insert(old).state?.dueAt, T0);
    assert.equal(new Life().insert(joins('a', { startsAt: T0 - WAIT })).state?.dueAt, T0 + WAIT, 'not older, as old');
    assert.equal(new Life().insert(joins('b')).insert(old, T0 + 5).state?.dueAt, T0 + 5);
    const life = new Life().insert(joins('a'));
    life.flush();
    assert.equal(life.insert(joins('b', { startsAt: 0 })).state?.dueAt, life.now + INTERVAL);
  });

  test('within the frame where group_wait is zero', () => {
    assert.equal(new Life().insert(joins('a', {}, ref(['ops'], { groupWait: 0 }))).state?.dueAt, T0);
  });

  test('by the newest timing after the policy changed; an ending alert does not bring an old one back', () => {
    const life = new Life().insert(joins('a')).insert(joins('b'));
    life.flush();
    life.insert(joins('a', {}, ref(['ops'], { groupInterval: 1000 })));
    assert.equal(life.state?.dueAt, life.now + 1000);
    life.insert(ends('b'));
    assert.equal(life.state?.group.timing.groupInterval, 1000);
  });
});

describe('what a channel hears', () => {
  test('nothing while nothing changes; again when repeat_interval passed', () => {
    const life = new Life().insert(joins('a'));
    const first = life.flush();
    assert.deepEqual(life.insert(joins('a')).flush().codes, ['group.unchanged']);
    assert.equal(life.tick(T0 + WAIT + REPEAT).event, undefined);
    const repeated = life.tick(T0 + WAIT + REPEAT + INTERVAL);
    assert.deepEqual(repeated.codes, ['group.repeat']);
    assert.notEqual(repeated.notifications[0]?.id, first.notifications[0]?.id);
  });

  test('of new firing alerts together with the old', () => {
    const life = new Life().insert(joins('b'));
    life.flush();
    const { codes, notifications } = life.insert(joins('a')).flush();
    assert.deepEqual(codes, ['group.new-firing']);
    assert.deepEqual(
      notifications[0]?.alerts.map((alert) => alert.fingerprint),
      ['a', 'b'],
    );
  });

  test('of an alert that ended, which then leaves; of the last one, and the group is over', () => {
    const life = new Life().insert(joins('a')).insert(joins('b'));
    life.flush();
    const one = life.insert(ends('a')).flush();
    assert.deepEqual(one.codes, ['group.new-resolved']);
    assert.deepEqual(
      one.notifications[0]?.alerts.map((alert) => [alert.fingerprint, alert.status]),
      [
        ['b', 'firing'],
        ['a', 'resolved'],
      ],
    );
    assert.equal(one.notifications[0]?.status, 'firing');
    const all = life.insert(ends('b')).flush();
    assert.deepEqual(all.codes, ['group.all-resolved']);
    assert.equal(all.notifications[0]?.status, 'resolved');
    assert.deepEqual(
      all.notifications[0]?.alerts.map((alert) => alert.fingerprint),
      ['b'],
    );
    assert.equal(life.state, null);
  });

  test('nothing of an alert that ended before the first flush', () => {
    const life = new Life().insert(joins('a')).insert(ends('a'));
    const { codes, notifications } = life.flush();
    assert.deepEqual(codes, ['group.nothing-firing']);
    assert.deepEqual(notifications, []);
    assert.equal(life.state, null);
  });

  test('no resolved ones where it does not want them', () => {
    const life = new Life(aPolicy({ channels: [aChannel('ops', { sendResolved: false })] }));
    life.insert(joins('a')).insert(joins('b'));
    life.flush();
    assert.deepEqual(life.insert(ends('a')).flush().codes, ['group.unchanged']);
    const mixed = life.insert(joins('c')).insert(joins('a')).insert(ends('a')).flush();
    assert.deepEqual(
      mixed.notifications[0]?.alerts.map((alert) => alert.fingerprint),
      ['b', 'c'],
    );
    const last = life.insert(ends('b')).insert(ends('c')).flush();
    assert.deepEqual(last.codes, ['group.resolved-unwanted']);
    assert.deepEqual(last.notifications, []);
  });

  test('each for itself', () => {
    const group = ref(['ops', 'quiet']);
    const life = new Life(aPolicy({ channels: [aChannel('ops'), aChannel('quiet', { sendResolved: false })] }));
    life.insert(joins('a', {}, group)).insert(joins('b', {}, group));
    assert.deepEqual(life.flush().codes, ['group.first', 'group.first']);
    assert.deepEqual(life.insert(ends('a', group)).flush().codes, ['group.new-resolved', 'group.unchanged']);
  });

  test('[BR-ERR-011] that what it was told of has ended, also when the route no longer names it', () => {
    const life = new Life(aPolicy({ channels: [aChannel('ops'), aChannel('new')] }));
    life.insert(joins('a'));
    life.flush();
    const moved = life.insert(joins('b', {}, ref(['new']))).flush();
    assert.deepEqual(
      moved.notifications.map((notification) => notification.channel),
      ['new'],
    );
    const { notifications } = life.insert(ends('a', ref(['new']))).flush();
    const toOld = notifications.find((notification) => notification.channel === 'ops');
    assert.deepEqual(
      toOld?.alerts.map((alert) => [alert.fingerprint, alert.status]),
      [['a', 'resolved']],
    );
  });

  test('in order of danger: the most dangerous environment and the most urgent priority of its alerts', () => {
    const life = new Life().insert(joins('a', { environment: 'testing', priority: 'P2' }));
    const [notification] = life.insert(joins('b', { environment: 'staging', priority: 'P4' })).flush().notifications;
    assert.deepEqual([notification?.environment, notification?.priority], ['staging', 'P2']);
  });

  test('is handed over even where the channel is not declared, so that it becomes a visible dead letter', () => {
    const life = new Life(aPolicy({ channels: [] })).insert(joins('a'));
    assert.equal(life.flush().notifications.length, 1);
    assert.deepEqual(life.insert(ends('a')).flush().codes, ['group.all-resolved']);
  });
});

describe('identity', () => {
  test('[BR-WH-008] a replay makes the same notification id; a later life of the group never does', () => {
    const live = (first: string, at = T0) => {
      const inserted = decideGroup(null, { kind: 'insert', entry: joins('a') }, at, aPolicy(), first);
      const state = evolveGroup(null, inserted.events[0]!);
      const { effects } = decideGroup(state, { kind: 'tick' }, at + WAIT, aPolicy(), 'x');
      return effects[0]!.notification.id;
    };
    assert.equal(live('a0:1'), live('a0:1'));
    assert.notEqual(live('a0:1'), live('a0:2'));
    assert.notEqual(live('a0:1'), live('a0:1', T0 + 1), 'positions begin anew where NATS has lost its streams');
    const then = T0.toString(36);
    assert.match(live('a3.17.0-2'), new RegExp(`^${then}-a3-17-0-2-[0-9a-f]{16}-1$`), 'rises, and is fit for a mail');
    assert.match(live('a3:\u00e9 /x'), new RegExp(`^${then}-a3----x-[0-9a-f]{16}-1$`));
  });

  test('an end that nobody waits for makes no group and no event', () => {
    assert.equal(new Life().insert(ends('a')).state, null);
    const { state } = new Life().insert(joins('b')).insert(ends('a'));
    assert.deepEqual(
      state?.alerts.map((alert) => alert.fingerprint),
      ['b'],
    );
  });

  test('deciding changes nothing in the state, and a state from a snapshot goes on where it was', () => {
    const life = new Life().insert(joins('a')).insert(joins('b'));
    life.flush();
    life.insert(ends('a'));
    const copy = structuredClone(life.state);
    decideGroup(life.state, { kind: 'tick' }, life.now + INTERVAL, life.policy, 'p');
    assert.deepEqual(life.state, copy);
    const restored = new Life();
    restored.state = copy;
    restored.now = life.now;
    assert.deepEqual(restored.flush(), life.flush());
    assert.deepEqual(restored.state, life.state);
  });
});
