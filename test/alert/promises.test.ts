/** Alerts and groups together, over random histories: what a receiver was told, and what it must have been told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { GroupEntry } from '../../alert/entry.ts';
import { turnsOf } from '../../alert/escalation-policy.ts';
import { decideGroup, evolveGroup, type GroupState, groupDueAt } from '../../alert/group.ts';
import { evolveHolds, type HoldsState } from '../../alert/holds-state.ts';
import { type AlertCommand, type AlertState, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Notification } from '../../alert/notification.ts';
import type { Hold, Policy } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { decideHolds, type HoldsCommand } from '../../alert/silence-command.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { aChannel, aPolicy, aRoute } from '../support/fake-policy.ts';

const CHANNELS = [aChannel('ops'), aChannel('team'), aChannel('lead')];
const inhibitions = [inhibitionRule('a', { sourceMatch: ['alertname="a"'], targetMatch: ['alertname=~"b|c"'] })];
const timing = { groupWait: 10, groupInterval: 50, repeatInterval: 500 };
const POLICIES = [
  aPolicy({
    hash: 'p1',
    channels: CHANNELS,
    inhibitions,
    root: aRoute({ ...timing, groupBy: ['alertname'], channels: ['ops'] }),
  }),
  aPolicy({
    hash: 'p2',
    channels: CHANNELS,
    inhibitions,
    root: aRoute({ ...timing, groupBy: [], channels: ['ops', 'team'] }),
  }),
  aPolicy({ hash: 'p3', channels: CHANNELS, root: aRoute({ ...timing, groupBy: ['alertname'], channels: ['team'] }) }),
  aPolicy({
    hash: 'p4',
    channels: CHANNELS,
    root: aRoute({ ...timing, groupBy: ['text', 'tenant'], channels: ['ops'] }),
  }),
  aPolicy({
    hash: 'p5',
    channels: CHANNELS,
    inhibitions,
    escalations: [
      {
        name: 'e',
        turns: turnsOf([{ after: 15, channels: ['lead'], repeat: { every: 20, times: 9 } }]),
        severities: null,
        priorities: null,
        stopOn: ['acknowledged'],
      },
    ],
    lifecycle: { flapping: { openings: 2, within: 150, priorities: null } },
    root: aRoute({ ...timing, groupBy: ['alertname'], channels: ['ops'], escalation: 'e' }),
  }),
];
const NAMES = ['a', 'b', 'c'];

/** What keeps alerts back: for so many milliseconds, or until it is switched off. */
type HoldStep =
  | { readonly kind: 'silence'; readonly name: string; readonly ms: number }
  | { readonly kind: 'snooze'; readonly name: string; readonly ms: number }
  | { readonly kind: 'unsilence'; readonly name: string }
  | { readonly kind: 'mute'; readonly on: boolean };

type Step =
  | HoldStep
  | { readonly kind: 'report'; readonly name: string; readonly status: Alert['status']; readonly text: string }
  | { readonly kind: 'close' | 'acknowledge'; readonly name: string }
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
  fc.record({ kind: fc.constantFrom('close' as const, 'acknowledge' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ kind: fc.constant('policy' as const), policy: fc.constantFrom(...POLICIES) }),
);
const anyHoldStep: fc.Arbitrary<HoldStep> = fc.oneof(
  ...(['silence', 'snooze'] as const).map((kind) =>
    fc.record({ kind: fc.constant(kind), name: fc.constantFrom(...NAMES), ms: fc.integer({ min: 1, max: 400 }) }),
  ),
  fc.record({ kind: fc.constant('unsilence' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ kind: fc.constant('mute' as const), on: fc.boolean() }),
);
const anyHeldStep: fc.Arbitrary<Step> = fc.oneof({ weight: 3, arbitrary: anyStep }, anyHoldStep);
const anyHeldHistory = fc.array(fc.tuple(anyHeldStep, fc.nat(60)), { minLength: 1, maxLength: 60 });
const anyHistory = fc.array(fc.tuple(anyStep, fc.nat(60)), { minLength: 1, maxLength: 60 });

/** A partition in miniature: alerts, groups, and every group ticked as its time comes. */
class World {
  readonly sent: Notification[] = [];
  policy = POLICIES[0]!;
  now = 10_000;
  #inputs = 0;
  /** Flushes that left somebody out. */
  heldBack = 0;
  #holds: HoldsState | null = null;
  #muted = false;
  readonly #quiet = new Map<string, number>();
  readonly #alerts = new Map<string, AlertState | null>();
  readonly #groups = new Map<string, GroupState | null>();

  carryOut(step: Step): void {
    switch (step.kind) {
      case 'policy':
        this.policy = step.policy;
        break;
      case 'mute':
        this.#muted = step.on;
        break;
      case 'silence':
      case 'unsilence':
        this.#hold({ kind: 'silence', ...this.#silenceOf(step), id: `c${++this.#inputs}`, by: 'ann', replyTo: '' });
        break;
      default:
        this.#alert(step.name, this.#commandFor(step));
    }
    this.#tick();
  }

  /** Nothing is held back any more by what a person or the time set. */
  release(): void {
    this.#muted = false;
    for (const name of NAMES) this.carryOut({ kind: 'unsilence', name });
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

  #silenceOf(step: Extract<HoldStep, { kind: 'silence' | 'unsilence' }>) {
    const of = { tenant: 't', silence: step.name, change: step.kind === 'unsilence' };
    if (step.kind === 'unsilence') return { ...of, content: null };
    const times = { startsAt: this.now, endsAt: this.now + step.ms };
    const why = { createdBy: 'ann', comment: '', broad: false };
    return { ...of, content: { matchers: [`alertname="${step.name}"`], ...times, ...why } };
  }

  #commandFor(step: Extract<Step, { kind: 'report' | 'close' | 'acknowledge' | 'snooze' }>): AlertCommand {
    const id = `c${++this.#inputs}`;
    const fingerprint = step.name;
    if (step.kind !== 'report') {
      const entry = { kind: 'command' as const, id, tenant: 't', fingerprint, action: step.kind };
      const until = step.kind === 'snooze' ? { until: this.now + step.ms } : {};
      return { kind: 'command', entry: { ...entry, ...until, by: 'ann', comment: '', replyTo: '' } };
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
    const { events, effects, inhibitor } = decideAlert(state, command, this.now, this.policy);
    for (const event of events) state = evolveAlert(state, event);
    this.#alerts.set(name, state);
    if (inhibitor !== undefined) this.#hold(inhibitor);
    for (const effect of effects) this.#group(effect.group.id, { kind: 'insert', entry: effect });
  }

  #hold(command: HoldsCommand): void {
    const { events } = decideHolds(this.#holds, command, 't', this.now, this.policy);
    for (const event of events) this.#holds = evolveHolds(this.#holds, event);
  }

  #group(id: string, command: { kind: 'insert'; entry: GroupEntry } | { kind: 'tick' }): void {
    let state = this.#groups.get(id) ?? null;
    const muted: Hold = { reason: reason('hold.mute-interval'), until: null };
    const policy = { ...this.policy, timeHold: () => (this.#muted ? muted : null) };
    const position = `a0:${++this.#inputs}`;
    const quiet = this.#quiet.get(id) ?? 0;
    const decision = decideGroup(state, command, this.now, policy, position, this.#holds, quiet);
    const { events, effects, quietUntil = 0 } = decision;
    if (command.kind === 'tick' || events.length > 0) this.#quiet.set(id, quietUntil);
    for (const event of events) {
      state = evolveGroup(state, event);
      if (event.type === 'group.flushed' && event.decisions.some(({ held }) => held !== undefined)) this.heldBack++;
    }
    this.#groups.set(id, state);
    for (const effect of effects) this.sent.push(effect.notification);
  }

  #tick(): void {
    for (const [id, state] of this.#groups) {
      const due = Math.max(state === null ? 0 : groupDueAt(state), this.#quiet.get(id) ?? 0);
      if (state !== null && due <= this.now) this.#group(id, { kind: 'tick' });
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

/** Every alert ends, and its groups have time to say so. */
function endAll(world: World): void {
  for (const name of NAMES) {
    world.advance(1);
    world.carryOut({ kind: 'report', name, status: 'resolved', text: 'x' });
  }
  world.advance(200);
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
      endAll(world);
      const beliefs = believed(world.sent);
      told += beliefs.size;
      for (const [who, status] of beliefs) assert.equal(status, 'resolved', who);
      assert.equal(world.openGroups, 0);
    }),
    { numRuns: 300 },
  );
  assert.ok(told > 300, 'someone was told something');
});

test('[BR-AP-008] [BR-ERR-011] whoever was told that an alert fires is told that it ended, whatever holds it back meanwhile', () => {
  let told = 0;
  let held = 0;
  let escalated = 0;
  fc.assert(
    fc.property(anyHeldHistory, (history) => {
      const world = live(history);
      endAll(world);
      const beliefs = believed(world.sent);
      told += beliefs.size;
      held += world.heldBack;
      escalated += world.sent.filter(({ channel }) => channel === 'lead').length;
      for (const [who, status] of beliefs) assert.equal(status, 'resolved', who);
      assert.equal(world.openGroups, 0);
    }),
    { numRuns: 500 },
  );
  assert.ok(told > 100 && held > 50, `${told} were told, ${held} were held back`);
  assert.ok(escalated > 5, `${escalated} times a step told somebody`);
});

test('[BR-AP-008] whatever still fires when the last hold has ended is told to every channel of its route', () => {
  fc.assert(
    fc.property(anyHeldHistory, (history) => {
      const world = live(history);
      world.release();
      world.policy = POLICIES[0]!;
      // a inhibits the others while it fires; a snooze ends by its time.
      world.carryOut({ kind: 'close', name: 'a' });
      world.carryOut({ kind: 'report', name: 'b', status: 'resolved', text: 'x' });
      world.advance(500);
      world.carryOut({ kind: 'report', name: 'b', status: 'firing', text: 'z' });
      world.advance(600);
      const beliefs = [...believed(world.sent)].filter(([who]) => who.startsWith('ops ') && who.endsWith(' b'));
      assert.ok(
        beliefs.some(([, status]) => status === 'firing'),
        'b fires, and ops knows it',
      );
    }),
    { numRuns: 200 },
  );
});

test('[BR-REL-013] no two notifications share an id, and each names its reason', () => {
  fc.assert(
    fc.property(anyHeldHistory, (history) => {
      const { sent } = live(history);
      assert.equal(new Set(sent.map((notification) => notification.id)).size, sent.length);
      for (const notification of sent) assert.ok(notification.reasons.length > 0 && notification.alerts.length > 0);
    }),
  );
});
