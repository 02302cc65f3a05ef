/** Somebody takes on what fires: who hears of it, when, and what nobody hears of sooner for that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evolveAlert } from '../../alert/alert-evolve.ts';
import { alertOf } from '../../alert/alert-state.ts';
import type { GroupRef } from '../../alert/entry.ts';
import { decideGroup, evolveGroup, type GroupState, groupDueAt } from '../../alert/group.ts';
import { type GroupedAlert, type Notification, tellsOfTaking } from '../../alert/notification.ts';
import { aChannel, aPolicy, type FakePolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const T0 = Date.parse('2026-11-23T09:00:00Z');
const SECOND = 1000;
const INTERVAL = 300 * SECOND;
const REPEAT = 4 * 3600 * SECOND;

const CHANNELS = [aChannel('pager', { sendAcknowledged: true }), aChannel('mail')];

/** One group lived by hand, ticked whenever it asks for it. */
class Life {
  state: GroupState | null = null;
  now = T0;
  readonly told: Notification[] = [];
  ticks = 0;
  readonly #policy;
  readonly #group: GroupRef;
  #inputs = 0;
  #quietUntil = 0;

  constructor(channels = ['pager', 'mail'], policy: FakePolicy = { channels: CHANNELS }) {
    this.#policy = aPolicy(policy);
    const timing = { groupWait: 0, groupInterval: INTERVAL, repeatInterval: REPEAT, channels };
    this.#group = { id: '00000000000000aa', tenant: 'default', key: '{}:{}', labels: {}, timing };
  }

  fires(name: string, change: Partial<GroupedAlert> = {}): this {
    const alert = anAlert({ fingerprint: name, startsAt: T0, ...change });
    this.#decide({ kind: 'insert', entry: { kind: 'group', group: this.#group, alert } });
    return this.pass(0);
  }

  taken(name: string, by = 'alice'): this {
    return this.fires(name, { acknowledged: true, acknowledgedBy: by });
  }

  pass(ms: number): this {
    for (const until = this.now + ms; ; ) {
      const due = this.state === null ? until + 1 : Math.max(groupDueAt(this.state), this.#quietUntil, this.now);
      if (due > until) {
        this.now = until;
        return this;
      }
      this.now = due;
      assert.ok(++this.ticks < 100, 'it does not go round in circles');
      this.#decide({ kind: 'tick' });
    }
  }

  /** What was told since the last question: channel, reason, who of the group is in it. */
  heard(): string[] {
    const heard = this.told.map(({ channel, reasons, alerts }) => {
      const { code, detail } = reasons[0]!;
      const what = code === 'group.acknowledged' ? `${code} ${detail}`.trim() : code;
      return `${channel} ${what} ${alerts.map(({ fingerprint }) => fingerprint).join('+')}`;
    });
    this.told.length = 0;
    return heard;
  }

  #decide(command: Parameters<typeof decideGroup>[1]): void {
    const { events, effects, quietUntil } = decideGroup(
      this.state,
      command,
      this.now,
      this.#policy,
      `a0:${++this.#inputs}`,
      null,
      this.#quietUntil,
    );
    for (const event of events) this.state = evolveGroup(this.state, event);
    if (quietUntil !== undefined) this.#quietUntil = quietUntil;
    else if (events.length > 0) this.#quietUntil = 0;
    this.told.push(...effects.map(({ notification }) => notification));
  }
}

test('[BR-INT-003] [BR-NOT-017] a channel that hears of it is told a second later that somebody took it on, by whom, and once', () => {
  const life = new Life().fires('a');
  assert.deepEqual(life.heard(), ['pager group.first a', 'mail group.first a']);
  life.pass(60 * SECOND).taken('a');
  assert.deepEqual(life.heard(), [], 'others may be taken on in the same breath');
  life.pass(SECOND);
  assert.deepEqual(life.heard(), ['pager group.acknowledged by alice a']);
  life.taken('a').pass(INTERVAL * 3);
  assert.deepEqual(life.heard(), []);
});

test('what is taken on within a second is told together; what is taken on later is told then', () => {
  const life = new Life(['pager']).fires('a').fires('b').fires('c').pass(INTERVAL);
  life.heard();
  life.taken('a').pass(400).taken('b', 'bob').pass(600);
  assert.deepEqual(life.heard(), ['pager group.acknowledged by alice, bob a+b+c']);
  life.pass(SECOND).taken('c', 'carol').pass(SECOND);
  assert.deepEqual(life.heard(), ['pager group.acknowledged by alice, bob, carol a+b+c']);
});

test('what else is new in the group waits for its flush', () => {
  const life = new Life(['pager']).fires('a');
  life.heard();
  life.pass(SECOND).fires('b').taken('a').pass(SECOND);
  assert.deepEqual(life.heard(), ['pager group.acknowledged by alice a']);
  life.pass(INTERVAL);
  assert.deepEqual(life.heard(), ['pager group.new-firing a+b']);
});

test('what is told as taken on by another notification is not told once more', () => {
  const life = new Life(['pager']).fires('a', { acknowledged: true });
  assert.deepEqual(life.heard(), ['pager group.first a']);
  life.pass(INTERVAL * 2);
  assert.deepEqual(life.heard(), []);
});

test('a group of which nobody hears of that is not looked at for it', () => {
  const life = new Life(['mail']).fires('a');
  life.heard();
  const due = life.pass(SECOND).taken('a').state?.dueAt;
  assert.equal(life.state?.takenDueAt, undefined);
  assert.equal(groupDueAt(life.state!), due);
  life.pass(INTERVAL * 2);
  assert.deepEqual(life.heard(), []);
});

test('a channel that only hands on hears of it where all of its members do', () => {
  const heardBy = (...members: string[]) => {
    const spread = aChannel('spread', { members });
    const life = new Life(['spread'], {
      channels: [...CHANNELS, aChannel('room', { sendAcknowledged: true }), spread],
    });
    life.fires('a').taken('a').pass(SECOND);
    return life.heard().slice(1);
  };
  assert.deepEqual(heardBy('pager', 'room'), ['spread group.acknowledged by alice a']);
  assert.deepEqual(heardBy('pager', 'mail'), []);
});

test('it ends within that second: only the end is told', () => {
  const life = new Life(['pager']).fires('a').pass(INTERVAL - 500);
  life.heard();
  life.taken('a').fires('a', { status: 'resolved', endsAt: life.now }).pass(INTERVAL);
  assert.deepEqual(life.heard(), ['pager group.all-resolved a']);
  assert.equal(life.state, null);
});

test('its reminders are as they were, and say still who has it in hand', () => {
  const life = new Life(['pager']).fires('a').taken('a').pass(SECOND);
  assert.deepEqual(life.heard(), ['pager group.first a', 'pager group.acknowledged by alice a']);
  life.pass(REPEAT + INTERVAL + SECOND);
  const [reminder] = life.told;
  assert.equal(reminder?.reasons[0]?.code, 'group.repeat');
  assert.equal(tellsOfTaking(reminder!), false);
  assert.equal(reminder?.alerts[0]?.acknowledgedBy, 'alice');
});

test('who took an alert on is known until it is put off, opens anew or ends', () => {
  const about = { key: 'default/f', at: T0, command: 'c', by: 'alice', comment: '', reasons: [] } as const;
  const alert = anAlert({ fingerprint: 'f' });
  const routing = { environment: 'production', priority: 'P1', namespace: 'n', policy: 'p', groups: [] } as const;
  const opened = {
    type: 'alert.opened',
    key: 'default/f',
    at: T0,
    cause: null,
    alert,
    routing,
    episode: 1,
    reasons: [],
  };
  const firing = evolveAlert(null, opened as never)!;
  const taken = evolveAlert(firing, { ...about, type: 'alert.acknowledged' } as never)!;
  assert.equal(alertOf(taken, 'firing', null).acknowledgedBy, 'alice');
  assert.equal(alertOf(taken, 'resolved', T0).acknowledgedBy, undefined);
  const snoozed = evolveAlert(taken, { ...about, type: 'alert.snoozed', until: T0 + 1 } as never)!;
  assert.equal(alertOf(snoozed, 'firing', null).acknowledgedBy, undefined);
  const closed = evolveAlert(taken, { ...about, type: 'alert.closed' } as never)!;
  assert.equal('acknowledgedBy' in closed, false);
});
