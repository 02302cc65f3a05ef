/**
 * Promises 5 and 6 against everything at once: storms, approvals, silences, snoozes, changes of policy, a clock that is set back
 * and forth, and owners that die and start again from what was stored.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import { approvalRequest } from '../../alert/approval-request.ts';
import { correlationOf } from '../../alert/correlation-entry.ts';
import { type CorrelatorCommand, correlatorDueAt, decideCorrelation } from '../../alert/correlator.ts';
import { evolveCorrelator } from '../../alert/correlator-evolve.ts';
import { type CorrelatorState, packCorrelator, unpackCorrelator } from '../../alert/correlator-state.ts';
import type { AlertAction, Entry } from '../../alert/entry.ts';
import { decideGroup, evolveGroup, type GroupState, groupDueAt } from '../../alert/group.ts';
import { evolveHolds, type HoldsState, holdsDueAt, packHolds, unpackHolds } from '../../alert/holds-state.ts';
import { type AlertCommand, type AlertState, alertDueAt, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Notification } from '../../alert/notification.ts';
import { packAlert, unpackAlert } from '../../alert/packed-alert.ts';
import type { Policy } from '../../alert/policy.ts';
import { REASONS } from '../../alert/reason.ts';
import { decideHolds, type HoldsCommand } from '../../alert/silence-command.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { pack, unpack } from '../../bus/pack.ts';
import { namespaceLimits } from '../../resources/namespace-limit.ts';
import { aChannel, aPolicy, aRoute } from '../support/fake-policy.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const CHANNELS = [aChannel('ops'), aChannel('team')];
const timing = { groupWait: 10 * SECOND, groupInterval: MINUTE, repeatInterval: 30 * MINUTE };
const correlations = namespaceLimits('few', { limits: { P3: 2 } });

/** Asks for approval of `c` and `d`. */
const asking: Policy['filter'] = ({ alert: { labels } }) => {
  const rule = 'rule ask of Filter t/f';
  const approval = { rule, deadline: 5 * MINUTE, default: 'approve' as const, approvers: [] };
  const asks = labels.alertname === 'c' || labels.alertname === 'd';
  return { dropped: null, labels, priority: null, reasons: [], ...(asks ? { approval } : {}) };
};

const routeBy = (groupBy: string[], channels: string[]) => aRoute({ ...timing, groupBy, channels });
const POLICIES = [
  aPolicy({ hash: 'p1', channels: CHANNELS, correlations, root: routeBy(['alertname'], ['ops']) }),
  aPolicy({ hash: 'p2', channels: CHANNELS, correlations, filter: asking, root: routeBy([], ['ops', 'team']) }),
  aPolicy({ hash: 'p3', channels: CHANNELS, filter: asking, root: routeBy(['alertname'], ['team']) }),
  aPolicy({
    ...{ hash: 'p4', channels: CHANNELS, correlations, root: routeBy(['namespace'], ['ops']) },
    lifecycle: { flapping: { openings: 2, within: 10 * MINUTE, priorities: null } },
  }),
];

type Step =
  | { readonly kind: 'report'; readonly name: string; readonly status: Alert['status'] }
  | { readonly kind: 'burst' }
  | { readonly kind: 'command'; readonly name: string; readonly action: AlertAction }
  | { readonly kind: 'silence'; readonly name: string; readonly minutes: number }
  | { readonly kind: 'policy'; readonly to: number }
  | { readonly kind: 'clock'; readonly minutes: number }
  | { readonly kind: 'crash' };

const name = fc.constantFrom(...NAMES);
const ACTIONS: AlertAction[] = ['acknowledge', 'snooze', 'close', 'approve', 'reject', 'comment'];
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      name,
      status: fc.constantFrom<Alert['status']>('firing', 'firing', 'resolved'),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'burst' }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('command' as const), name, action: fc.constantFrom(...ACTIONS) }),
  },
  fc.record({ kind: fc.constant('silence' as const), name, minutes: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('policy' as const), to: fc.nat(POLICIES.length - 1) }),
  fc.record({ kind: fc.constant('clock' as const), minutes: fc.integer({ min: -90, max: 90 }) }),
  fc.constant<Step>({ kind: 'crash' }),
);
const anyHistory = fc.array(fc.tuple(anyStep, fc.nat(3 * MINUTE)), { minLength: 1, maxLength: 40 });

/** These say what follows from another event, which has the reason. */
const WITHOUT_REASONS = [
  'alert.forgotten',
  'group.joined',
  'correlation.left',
  'correlation.started',
  'correlation.learnt',
];

class World {
  now = START;
  /** The senders' clock is right. */
  #sent = START;
  policy = POLICIES[0]!;
  readonly sent: Notification[] = [];
  readonly events: JournalEvent[] = [];
  readonly #alerts = new Map<string, AlertState | null>();
  readonly #groups = new Map<string, GroupState | null>();
  readonly #quiet = new Map<string, number>();
  #holds: HoldsState | null = null;
  #correlator: CorrelatorState | null = null;
  #inputs = 0;

  get open(): readonly string[] {
    return [...this.#groups].flatMap(([id, state]) => (state === null ? [] : [id]));
  }

  carryOut(step: Step): void {
    switch (step.kind) {
      case 'report':
        this.report(step.name, step.status);
        break;
      case 'burst':
        for (const one of NAMES) this.report(one, 'firing');
        break;
      case 'command': {
        const until = step.action === 'snooze' ? { until: this.now + 5 * MINUTE } : {};
        const entry = { kind: 'command' as const, id: `c${++this.#inputs}`, tenant: 't', fingerprint: step.name };
        const by = { by: 'ann', comment: '', replyTo: '', action: step.action };
        this.#alert(step.name, { kind: 'command', entry: { ...entry, ...until, ...by } });
        break;
      }
      case 'silence': {
        const times = { startsAt: this.now, endsAt: this.now + step.minutes * MINUTE };
        const content = {
          matchers: [`alertname="${step.name}"`],
          ...times,
          createdBy: 'ann',
          comment: '',
          broad: false,
        };
        const of = { tenant: 't', silence: step.name, content, change: false, by: 'ann', replyTo: '' };
        this.#hold({ kind: 'silence', id: `s${++this.#inputs}`, ...of });
        break;
      }
      case 'policy':
        this.policy = POLICIES[step.to]!;
        break;
      case 'clock':
        this.now = Math.max(START - 2 * 60 * MINUTE, this.now + step.minutes * MINUTE);
        break;
      case 'crash':
        this.#crash();
        break;
      default:
        step satisfies never;
    }
  }

  report(of: string, status: Alert['status']): void {
    this.#sent += SECOND;
    const labels = { alertname: of, namespace: 'dev' };
    const times = { startsAt: this.#sent, endsAt: status === 'resolved' ? this.#sent : null };
    const alert = { tenant: 't', fingerprint: of, status, labels, annotations: {}, generatorURL: '', source: '' };
    const receipt = `r${++this.#inputs}`;
    const before = this.events.length;
    this.#alert(of, { kind: 'report', alert: { ...alert, ...times }, cause: { receipt, index: 0 } });
    const caused = this.events.slice(before).filter((event) => 'cause' in event && event.cause?.receipt === receipt);
    assert.equal(caused.length, 1, 'a report leads to one event, which names it');
  }

  /** Time passes, and whatever is due comes in between, as a worker that looks every ten seconds sees it. */
  advance(ms: number, step = 10 * SECOND): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + step);
      this.tick();
    }
  }

  tick(): void {
    for (const [key, state] of this.#alerts) {
      if (state !== null && alertDueAt(state, this.policy) <= this.now) this.#alert(key, { kind: 'tick' });
    }
    const due = this.#correlator === null ? null : correlatorDueAt(this.#correlator);
    if (due !== null && due <= this.now) this.#correlate({ kind: 'tick' });
    const over = this.#holds === null ? null : holdsDueAt(this.#holds);
    if (over !== null && over <= this.now) this.#hold({ kind: 'tick' });
    for (const [id, state] of this.#groups) {
      const at = Math.max(state === null ? 0 : groupDueAt(state), this.#quiet.get(id) ?? 0);
      if (state !== null && at <= this.now) this.#group(id, { kind: 'tick' });
    }
  }

  #take(effects: readonly Entry[]): void {
    for (const entry of effects) {
      if (entry.kind === 'group') this.#group(entry.group.id, { kind: 'insert', entry });
      else if (entry.kind === 'notification') this.sent.push(entry.notification);
      else if (entry.kind === 'correlation') this.#correlate({ kind: 'entry', entry });
      else if (entry.kind === 'inhibitor' || entry.kind === 'incident-hold') this.#hold(entry);
      else assert.equal(entry.kind, 'silence-copy');
    }
  }

  #alert(key: string, command: AlertCommand): void {
    const before = this.#alerts.get(key) ?? null;
    const { events, effects, inhibitor } = decideAlert(before, command, this.now, this.policy);
    const others = [inhibitor, correlationOf(before, events, this.policy), approvalRequest(before, events)];
    let state = before;
    for (const event of events) state = evolveAlert(state, event);
    this.#alerts.set(key, state);
    this.events.push(...events);
    this.#take([...effects, ...others.filter((entry) => entry != null)]);
  }

  #correlate(command: CorrelatorCommand): void {
    const { events, effects } = decideCorrelation(this.#correlator, command, 't', this.now, this.policy);
    for (const event of events) this.#correlator = evolveCorrelator(this.#correlator, event);
    this.events.push(...events);
    this.#take(effects);
  }

  #hold(command: HoldsCommand): void {
    const { events } = decideHolds(this.#holds, command, 't', this.now, this.policy);
    for (const event of events) this.#holds = evolveHolds(this.#holds, event);
    this.events.push(...events);
  }

  #group(id: string, command: Parameters<typeof decideGroup>[1]): void {
    let state = this.#groups.get(id) ?? null;
    const quiet = this.#quiet.get(id) ?? 0;
    const position = `a0:${++this.#inputs}`;
    const decision = decideGroup(state, command, this.now, this.policy, position, this.#holds, quiet);
    const { events, effects, quietUntil = 0 } = decision;
    if (command.kind === 'tick' || events.length > 0) this.#quiet.set(id, quietUntil);
    for (const event of events) state = evolveGroup(state, event);
    this.#groups.set(id, state);
    this.events.push(...events);
    this.#take(effects);
    if (events.some(({ type }) => type === 'group.flushed') && state !== null) this.#nobodyIsForgotten(state);
  }

  /** Who may ask "why was I not told of it?" after a flush has an answer. */
  #nobodyIsForgotten({ group, alerts, told, held = [] }: GroupState): void {
    const kept = new Set(held.map(({ fingerprint }) => fingerprint));
    for (const channel of group.timing.channels) {
      const known = new Set(told.filter((line) => line.channel === channel).flatMap(({ firing }) => firing));
      for (const { fingerprint, status } of alerts) {
        if (status !== 'firing' || known.has(fingerprint) || kept.has(fingerprint)) continue;
        assert.fail(`${channel} was not told that ${fingerprint} fires, and nothing holds it back`);
      }
    }
  }

  /** The owner dies; the next one knows what was stored. What was not due survives as it was. */
  #crash(): void {
    for (const [key, state] of this.#alerts) {
      if (state !== null) this.#alerts.set(key, unpackAlert(unpack(pack(packAlert(state))) as never));
    }
    for (const [id, state] of this.#groups) if (state !== null) this.#groups.set(id, unpack(pack(state)) as GroupState);
    if (this.#holds !== null) this.#holds = unpackHolds(unpack(pack(packHolds(this.#holds))));
    if (this.#correlator !== null) this.#correlator = unpackCorrelator(unpack(pack(packCorrelator(this.#correlator))));
    this.#quiet.clear();
  }
}

function live(history: readonly (readonly [Step, number])[]): World {
  const world = new World();
  for (const [step, wait] of history) {
    world.carryOut(step);
    world.tick();
    world.advance(wait);
  }
  return world;
}

/** Every alert ends, and there is time to say so: due times may lie as far ahead as the clock was set back. */
function endAll(world: World): void {
  for (const one of NAMES) world.report(one, 'resolved');
  world.advance(5 * 60 * MINUTE, MINUTE);
}

test('[BR-ERR-011] [BR-AP-008] whoever was told "firing" is told "resolved", through storms, approvals, holds, changed policies, crashes and clocks set back', () => {
  const seen = { told: 0, storms: 0, requests: 0 };
  fc.assert(
    fc.property(anyHistory, (history) => {
      const world = live(history);
      endAll(world);
      const beliefs = new Map<string, string>();
      for (const { channel, groupId, alerts } of world.sent) {
        for (const { fingerprint, status } of alerts) beliefs.set(`${channel} ${groupId} ${fingerprint}`, status);
      }
      for (const [who, status] of beliefs) assert.equal(status, 'resolved', who);
      assert.deepEqual(world.open, [], 'groups that are over are forgotten');
      seen.told += beliefs.size;
      seen.storms += world.events.filter(({ type }) => type === 'storm.opened').length;
      seen.requests += world.sent.filter(({ groupKey }) => groupKey.startsWith('approval/')).length;
    }),
    { numRuns: 150 },
  );
  assert.ok(seen.told > 150 && seen.storms > 20 && seen.requests > 0, JSON.stringify(seen));
});

test('[BR-AP-020] every decision names a known reason with what led to it, whatever happens', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const event of live(history).events) {
        if (!('reasons' in event)) {
          const covered = WITHOUT_REASONS.includes(event.type) || event.type.startsWith('holds.');
          assert.ok(covered || event.type === 'group.flushed', event.type);
        }
        const reasons = 'reasons' in event ? event.reasons : [];
        const decisions = event.type === 'group.flushed' ? event.decisions : [];
        const all = [...reasons, ...decisions.flatMap((decision) => decision.reasons)];
        if (decisions.length > 0) assert.ok(decisions.every((decision) => decision.reasons.length > 0));
        else if (event.type !== 'correlation.entered' && 'reasons' in event) assert.ok(reasons.length > 0, event.type);
        for (const { code, detail } of all) {
          assert.ok(code in REASONS, code);
          assert.ok(detail.length > 0 && !detail.includes('\n'), `${code}: ${detail}`);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('[BR-REL-013] however owners die and clocks go, no two notifications share an id', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const { sent } = live(history);
      assert.equal(new Set(sent.map(({ id }) => id)).size, sent.length);
    }),
    { numRuns: 100 },
  );
});
