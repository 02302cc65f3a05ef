/** Alerts and groups together, over random histories: what a receiver was told, and what it must have been told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { GroupEntry } from '../../alert/entry.ts';
import { decideGroup, evolveGroup, type GroupState } from '../../alert/group.ts';
import { type AlertCommand, type AlertState, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Notification } from '../../alert/notification.ts';
import type { Policy } from '../../alert/policy.ts';
import { aChannel, aPolicy, aRoute } from '../support/fake-policy.ts';

const CHANNELS = [aChannel('ops'), aChannel('team')];
const timing = { groupWait: 10, groupInterval: 50, repeatInterval: 500 };
const POLICIES = [
  aPolicy({ hash: 'p1', channels: CHANNELS, root: aRoute({ ...timing, groupBy: ['alertname'], channels: ['ops'] }) }),
  aPolicy({ hash: 'p2', channels: CHANNELS, root: aRoute({ ...timing, groupBy: [], channels: ['ops', 'team'] }) }),
  aPolicy({ hash: 'p3', channels: CHANNELS, root: aRoute({ ...timing, groupBy: ['alertname'], channels: ['team'] }) }),
  aPolicy({
    hash: 'p4',
    channels: CHANNELS,
    root: aRoute({ ...timing, groupBy: ['text', 'tenant'], channels: ['ops'] }),
  }),
];
const NAMES = ['a', 'b', 'c'];

type Step =
  | { readonly kind: 'report'; readonly name: string; readonly status: Alert['status']; readonly text: string }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'policy'; readonly policy: Policy };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      name: fc.constantFrom(...NAMES),
      status: fc.constantFrom<Alert['status']>('firing', 'resolved'),
      text: fc.constantFrom('x', 'y'),
    }),
  },
  fc.record({ kind: fc.constant('close' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ kind: fc.constant('policy' as const), policy: fc.constantFrom(...POLICIES) }),
);
const anyHistory = fc.array(fc.tuple(anyStep, fc.nat(60)), { minLength: 1, maxLength: 60 });

/** A partition in miniature: alerts, groups, and every group ticked as its time comes. */
class World {
  readonly sent: Notification[] = [];
  policy = POLICIES[0]!;
  now = 10_000;
  #inputs = 0;
  readonly #alerts = new Map<string, AlertState | null>();
  readonly #groups = new Map<string, GroupState | null>();

  carryOut(step: Step): void {
    if (step.kind === 'policy') this.policy = step.policy;
    else this.#alert(step.name, this.#commandFor(step));
    this.#tick();
  }

  advance(ms: number): void {
    for (const until = this.now + ms; this.now < until; ) {
      this.now = Math.min(until, this.now + 10);
      this.#tick();
    }
  }

  get openGroups(): number {
    return [...this.#groups.values()].filter((state) => state !== null).length;
  }

  #commandFor(step: Exclude<Step, { kind: 'policy' }>): AlertCommand {
    const id = `c${++this.#inputs}`;
    const fingerprint = step.name;
    if (step.kind === 'close') {
      const entry = { kind: 'command' as const, id, tenant: 't', fingerprint, action: 'close' as const };
      return { kind: 'command', entry: { ...entry, by: 'ann', comment: '', replyTo: '' } };
    }
    const { name, status, text } = step;
    const endsAt = status === 'resolved' ? this.now : null;
    const labels = { alertname: name };
    const times = { startsAt: this.now, endsAt };
    const alert = { tenant: 't', fingerprint, status, labels, annotations: { text }, generatorURL: '', source: '' };
    return { kind: 'report', alert: { ...alert, ...times }, cause: { receipt: id, index: 0 } };
  }

  #alert(name: string, command: AlertCommand): void {
    let state = this.#alerts.get(name) ?? null;
    const { events, effects } = decideAlert(state, command, this.now, this.policy);
    for (const event of events) state = evolveAlert(state, event);
    this.#alerts.set(name, state);
    for (const effect of effects) this.#group(effect.group.id, { kind: 'insert', entry: effect });
  }

  #group(id: string, command: { kind: 'insert'; entry: GroupEntry } | { kind: 'tick' }): void {
    let state = this.#groups.get(id) ?? null;
    const { events, effects } = decideGroup(state, command, this.now, this.policy, `a0:${++this.#inputs}`);
    for (const event of events) state = evolveGroup(state, event);
    this.#groups.set(id, state);
    for (const effect of effects) this.sent.push(effect.notification);
  }

  #tick(): void {
    for (const [id, state] of this.#groups) {
      if (state !== null && state.dueAt <= this.now) this.#group(id, { kind: 'tick' });
    }
  }
}

function live(history: readonly (readonly [Step, number])[]): World {
  const world = new World();
  for (const [step, wait] of history) {
    world.carryOut(step);
    world.advance(wait);
  }
  return world;
}

/** What every receiver believes of every alert, from what it was sent. */
function believed(sent: readonly Notification[]): Map<string, string> {
  const beliefs = new Map<string, string>();
  for (const { channel, groupId, alerts } of sent) {
    for (const { fingerprint, status } of alerts) beliefs.set(`${channel} ${groupId} ${fingerprint}`, status);
  }
  return beliefs;
}

test('[BR-ERR-011] whoever was told that an alert fires is told that it ended, through every change of routes', () => {
  let told = 0;
  fc.assert(
    fc.property(anyHistory, (history) => {
      const world = live(history);
      for (const name of NAMES) {
        world.advance(1);
        world.carryOut({ kind: 'report', name, status: 'resolved', text: 'x' });
      }
      world.advance(200);
      const beliefs = believed(world.sent);
      told += beliefs.size;
      for (const [who, status] of beliefs) assert.equal(status, 'resolved', who);
      assert.equal(world.openGroups, 0);
    }),
    { numRuns: 300 },
  );
  assert.ok(told > 300, 'someone was told something');
});

test('[BR-REL-013] no two notifications share an id, and each names its reason', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const { sent } = live(history);
      assert.equal(new Set(sent.map((notification) => notification.id)).size, sent.length);
      for (const notification of sent) assert.ok(notification.reasons.length > 0 && notification.alerts.length > 0);
    }),
  );
});
