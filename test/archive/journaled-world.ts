/**
 * A partition in miniature that keeps its journal: alerts, groups, holds and channels by the real decisions, over random steps.
 * What its channels accepted is known here, whatever the archive makes of the journal.
 */

import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { GroupEntry } from '../../alert/entry.ts';
import type { AlertEvent, Routing } from '../../alert/event.ts';
import { decideGroup, evolveGroup, type GroupState } from '../../alert/group.ts';
import { evolveHolds, type HoldsState } from '../../alert/holds-state.ts';
import { type AlertCommand, type AlertState, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Notification } from '../../alert/notification.ts';
import type { Policy } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { decideHolds, type HoldsCommand } from '../../alert/silence-command.ts';
import type { CommitRecord } from '../../archive/journal-source.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { type ChannelState, type DeliveryCommand, decideDelivery, evolveDelivery } from '../../channels/delivery.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { aChannel, aPolicy, aRoute } from '../support/fake-policy.ts';
import { fingerprintOf, T0 } from './journal-of.ts';

export const NAMES = ['a', 'b', 'c', 'dropped', 'nowhere'];

export const fingerprint = (name: string) => fingerprintOf(NAMES.indexOf(name) + 1);

const inhibitions = [inhibitionRule('a', { sourceMatch: ['alertname="a"'], targetMatch: ['alertname="c"'] })];
const filter: Policy['filter'] = ({ alert: { labels } }) => {
  const dropped = labels.alertname === 'dropped' ? reason('filter.dropped', 'rule r of Filter t/f') : null;
  return { dropped, labels, priority: null, reasons: dropped === null ? [] : [dropped] };
};

/** `gone` is declared nowhere; `team` wants no ends. */
function policyOf(hash: string, groupBy: string[], channels: string[]): Policy {
  const timing = { groupWait: 10, groupInterval: 50, repeatInterval: 500 };
  const [matcher] = [aPolicy().readMatcher('alertname!="nowhere"')];
  if (matcher === undefined || 'problem' in matcher) throw new TypeError('the matcher is right');
  const declared = [aChannel('ops'), aChannel('team', { sendResolved: false, maxAlerts: 1 })];
  const root = aRoute({ ...timing, matchers: [matcher], groupBy, channels });
  return aPolicy({ hash, channels: declared, inhibitions, filter, root });
}

const POLICIES = [
  policyOf('p1', ['alertname'], ['ops', 'team']),
  policyOf('p2', ['tenant'], ['team', 'gone']),
  policyOf('p3', ['alertname'], ['ops', 'gone']),
];

export type Step =
  | { readonly kind: 'report'; readonly name: string; readonly status: Alert['status']; readonly text: string }
  | { readonly kind: 'close' | 'snooze' | 'silence' | 'unsilence'; readonly name: string; readonly ms: number }
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'outcomes'; readonly outcome: Outcome['kind'] | null };

const name = fc.constantFrom(...NAMES);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      name,
      status: fc.constantFrom<Alert['status']>('firing', 'firing', 'resolved'),
      text: fc.constantFrom('x', 'y'),
    }),
  },
  fc.record({
    kind: fc.constantFrom('close' as const, 'snooze' as const, 'silence' as const, 'unsilence' as const),
    name,
    ms: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({ kind: fc.constant('policy' as const), policy: fc.constantFrom(...POLICIES) }),
  // null: the channels do not answer.
  fc.record({
    kind: fc.constant('outcomes' as const),
    outcome: fc.constantFrom<Outcome['kind'] | null>('delivered', 'delivered', 'retry', 'rejected', null),
  }),
);

/** Each step with how long nothing else happens. Milliseconds. */
export const anyLife = fc.array(fc.tuple(anyStep, fc.integer({ min: 1, max: 80 })), {
  minLength: 1,
  maxLength: 40,
  size: 'max',
});

export class JournaledWorld {
  readonly journal: CommitRecord[] = [];
  readonly accepted: Notification[] = [];
  readonly made: Notification[] = [];
  /** As it was last routed. */
  readonly routed = new Map<string, Routing>();
  readonly openedAt = new Map<string, number>();
  /** `group fingerprint` of what the flushes keep back. */
  readonly held = new Set<string>();
  now = T0;
  #policy = POLICIES[0]!;
  #outcome: Outcome['kind'] | null = 'delivered';
  #inputs = 0;
  #holds: HoldsState | null = null;
  #events: JournalEvent[] = [];
  readonly #alerts = new Map<string, AlertState | null>();
  readonly #groups = new Map<string, GroupState | null>();
  readonly #quiet = new Map<string, number>();
  readonly #channels = new Map<string, ChannelState | null>();

  live(life: readonly (readonly [Step, number])[]): this {
    for (const [step, wait] of life) {
      this.#carryOut(step);
      for (const until = this.now + wait; this.now < until; this.#turn()) this.now = Math.min(until, this.now + 10);
    }
    return this;
  }

  #carryOut(step: Step): void {
    const id = `c${++this.#inputs}`;
    switch (step.kind) {
      case 'policy':
        this.#policy = step.policy;
        break;
      case 'outcomes':
        this.#outcome = step.outcome;
        break;
      case 'silence':
      case 'unsilence':
        this.#hold(silenceCommand(step, id, this.now));
        break;
      default:
        this.#alert(step.name, alertCommand(step, id, this.now));
    }
    this.#turn();
  }

  #turn(): void {
    for (const [id, state] of this.#groups) {
      const due = Math.max(state?.dueAt ?? 0, this.#quiet.get(id) ?? 0);
      if (state !== null && due <= this.now) this.#group(id, { kind: 'tick' });
    }
    for (const channel of this.#channels.keys()) this.#channel(channel, { kind: 'pump' });
    if (this.#events.length === 0) return;
    this.journal.push({ kind: 'commit', seq: this.journal.length + 1, epoch: 1, at: this.now, events: this.#events });
    this.#events = [];
  }

  #alert(of: string, command: AlertCommand): void {
    let state = this.#alerts.get(of) ?? null;
    const { events, effects, inhibitor } = decideAlert(state, command, this.now, this.#policy);
    for (const event of events) {
      this.#note(of, event);
      state = evolveAlert(state, event);
    }
    this.#alerts.set(of, state);
    if (inhibitor !== undefined) this.#hold(inhibitor);
    for (const effect of effects) this.#group(effect.group.id, { kind: 'insert', entry: effect });
  }

  #note(of: string, event: AlertEvent): void {
    this.#events.push(event);
    if ('routing' in event && event.routing !== null) this.routed.set(of, event.routing);
    if (event.type === 'alert.opened') this.openedAt.set(of, event.at);
    if (event.type === 'alert.suppressed') this.openedAt.delete(of);
  }

  #hold(command: HoldsCommand): void {
    const { events } = decideHolds(this.#holds, command, 't', this.now, this.#policy);
    for (const event of events) this.#holds = evolveHolds(this.#holds, event);
    this.#events.push(...events);
  }

  #group(id: string, command: { kind: 'insert'; entry: GroupEntry } | { kind: 'tick' }): void {
    let state = this.#groups.get(id) ?? null;
    const position = `a0:${++this.#inputs}`;
    const decided = decideGroup(state, command, this.now, this.#policy, position, this.#holds);
    if (command.kind === 'tick' || decided.events.length > 0) this.#quiet.set(id, decided.quietUntil ?? 0);
    for (const event of decided.events) {
      state = evolveGroup(state, event);
      if (event.type !== 'group.flushed') continue;
      for (const { fingerprints } of event.holds?.began ?? [])
        for (const one of fingerprints) this.held.add(`${id} ${one}`);
      for (const one of event.holds?.ended ?? []) this.held.delete(`${id} ${one}`);
    }
    this.#events.push(...decided.events);
    this.#groups.set(id, state);
    for (const { notification } of decided.effects) {
      this.made.push(notification);
      this.#channel(notification.channel, { kind: 'queue', notification });
    }
  }

  #channel(channel: string, command: DeliveryCommand): void {
    let state = this.#channels.get(channel) ?? null;
    const declared = this.#policy.channel('t', channel);
    const { events, sends } = decideDelivery(state, command, this.now, declared);
    for (const event of events) state = evolveDelivery(state, event);
    this.#channels.set(channel, state);
    this.#events.push(...events);
    const outcome = this.#outcome;
    if (outcome === null) return;
    for (const { notification, attempt } of sends) {
      if (outcome === 'delivered') this.accepted.push(notification);
      const said = { detail: outcome, notBefore: null } as const;
      const of = { notificationId: notification.id, attempt, random: 0.5 };
      this.#channel(channel, { kind: 'outcome', ...of, outcome: { kind: outcome, ...said } });
    }
  }
}

function silenceCommand(
  { kind, name: of, ms }: Step & { readonly name: string; readonly ms: number },
  id: string,
  now: number,
): HoldsCommand {
  const command = { kind: 'silence' as const, id, tenant: 't', silence: of, change: kind === 'unsilence', by: 'ann' };
  if (kind === 'unsilence') return { ...command, content: null, replyTo: '' };
  const matchers = [`alertname="${of}"`];
  const content = { matchers, startsAt: now, endsAt: now + ms, createdBy: 'ann', comment: '', broad: false };
  return { ...command, content, replyTo: '' };
}

function alertCommand(step: Extract<Step, { readonly name: string }>, id: string, now: number): AlertCommand {
  const of = { tenant: 't', fingerprint: fingerprint(step.name) };
  if (step.kind === 'close' || step.kind === 'snooze') {
    const until = step.kind === 'snooze' ? { until: now + step.ms } : {};
    const by = { by: 'ann', comment: '', replyTo: '' };
    return { kind: 'command', entry: { kind: 'command', id, ...of, action: step.kind, ...until, ...by } };
  }
  if (step.kind !== 'report') throw new TypeError(`${step.kind} is no command of an alert`);
  const { status, text } = step;
  const times = { startsAt: now, endsAt: status === 'resolved' ? now : null };
  const content = { labels: { alertname: step.name }, annotations: { text }, generatorURL: '', source: 's' };
  return { kind: 'report', alert: { ...of, status, ...content, ...times }, cause: { receipt: id, index: 0 } };
}
