/** Journals for tests: events as the partitions write them, made by hand or at random. */

import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { GroupRef } from '../../alert/entry.ts';
import type { NextStep } from '../../alert/escalation-policy.ts';
import type { AlertEvent, GroupEvent, HoldsEvent, Routing } from '../../alert/event.ts';
import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import { type Reason, type ReasonCode, reason } from '../../alert/reason.ts';
import type { Silence } from '../../alert/silence.ts';
import type { CommitRecord } from '../../archive/journal-source.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import type { DeliveryEvent } from '../../channels/delivery-event.ts';

export const T0 = Date.parse('2026-11-23T09:00:00Z');

export function fingerprintOf(n: number): string {
  return n.toString(16).padStart(16, '0');
}

export function alertOf(n: number, overrides: Partial<Alert> = {}): Alert {
  return {
    tenant: 'acme',
    fingerprint: fingerprintOf(n),
    status: 'firing',
    labels: { alertname: 'HighLatency', namespace: 'shop-prod', severity: 'critical', instance: `10.0.0.${n}:9090` },
    annotations: { summary: `latency of instance ${n} is high`, runbook: 'https://runbooks.example/latency' },
    startsAt: T0 - 1000,
    endsAt: null,
    generatorURL: 'http://prometheus.example/graph?g0.expr=x',
    source: 'alertmanager',
    ...overrides,
  };
}

export function groupOf(id: string): GroupRef {
  return {
    id,
    tenant: 'acme',
    key: `{}:{alertname="HighLatency",group="${id}"}`,
    labels: { alertname: 'HighLatency' },
    timing: { groupWait: 0, groupInterval: 300_000, repeatInterval: 14_400_000, channels: ['ops', 'pager'] },
  };
}

export function routingOf(...groups: string[]): Routing {
  const routed = groups.map(groupOf);
  return { environment: 'production', priority: 'P1', namespace: 'shop-prod', policy: 'p1', groups: routed };
}

export const keyOf = (n: number) => `acme/${fingerprintOf(n)}`;
const cause = (receipt: string, index: number) => ({ receipt, index });

export function opened(n: number, receipt: string, at = T0, groups = ['g0']): AlertEvent {
  const alert = alertOf(n);
  const reasons = [
    reason('alert.opened'),
    reason('environment.pattern', 'shop-prod matches -(prod|prd|live)$'),
    reason('priority.environment', 'production: P1'),
    reason('route.matched', '{} to group g0'),
  ];
  return {
    type: 'alert.opened',
    key: keyOf(n),
    at,
    cause: cause(receipt, 0),
    alert: { ...alert, environment: 'production', priority: 'P1' },
    routing: routingOf(...groups),
    episode: 1,
    reasons,
  };
}

export function repeated(n: number, receipt: string, occurrences: number, at = T0): AlertEvent {
  const reasons = [reason('alert.repeated')];
  return {
    type: 'alert.repeated',
    key: keyOf(n),
    at,
    cause: cause(receipt, 0),
    occurrences,
    endsAt: null,
    routing: null,
    reasons,
  };
}

/** A Filter dropped it. */
export function suppressed(n: number, receipt: string, at = T0): AlertEvent {
  const { labels, startsAt, source } = alertOf(n);
  const alert = { labels, startsAt, source };
  const reasons = [reason('filter.dropped', 'rule noise of Filter acme/f')];
  return {
    type: 'alert.suppressed',
    key: keyOf(n),
    at,
    cause: { receipt, index: 0 },
    alert,
    routing: routingOf(),
    reasons,
  };
}

export function updated(n: number, receipt: string, occurrences: number, at = T0): AlertEvent {
  const report = { key: keyOf(n), at, cause: cause(receipt, 0), occurrences, endsAt: null, routing: null };
  const annotations = { summary: `value ${occurrences}` };
  return {
    type: 'alert.updated',
    ...report,
    annotations,
    generatorURL: 'http://new.example',
    reasons: [reason('alert.updated')],
  };
}

export function resolved(n: number, receipt: string | null, at = T0): AlertEvent {
  const why = receipt === null ? reason('alert.expired') : reason('alert.resolved');
  const from = receipt === null ? null : cause(receipt, 0);
  return {
    type: 'alert.resolved',
    key: keyOf(n),
    at,
    cause: from,
    endsAt: at,
    annotations: { summary: 'over' },
    reasons: [why],
  };
}

export function byPerson(
  type: 'alert.acknowledged' | 'alert.commented' | 'alert.closed',
  n: number,
  at = T0,
): AlertEvent {
  return { type, key: keyOf(n), at, command: `c${n}`, by: 'ada', comment: 'on it', reasons: [reason(type, 'by ada')] };
}

export function joined(n: number, group = 'g0', at = T0, born = 'b1', status: Alert['status'] = 'firing'): GroupEvent {
  const alert: GroupedAlert = { ...alertOf(n, { status }), environment: 'production', priority: 'P1' };
  return { type: 'group.joined', key: group, at, born, group: groupOf(group), alert, dueAt: at + 1000 };
}

export interface Flush {
  readonly told?: string;
  readonly left?: readonly number[];
  readonly firing?: readonly number[];
  readonly ended?: boolean;
}

/** Channel `ops` is told (or not); `pager` never is. */
export function flushed(group: string, at: number, flush: Flush): GroupEvent {
  const firing = (flush.firing ?? []).map(fingerprintOf);
  const ops = flush.told === undefined ? reason('group.unchanged') : reason('group.new-firing');
  return {
    type: 'group.flushed',
    key: group,
    at,
    decisions: [
      { channel: 'ops', notificationId: flush.told ?? null, count: 1, firing, resolved: [], reasons: [ops] },
      {
        channel: 'pager',
        notificationId: null,
        count: 0,
        firing: [],
        resolved: [],
        reasons: [reason('group.resolved-unwanted')],
      },
    ],
    left: (flush.left ?? []).map(fingerprintOf),
    dueAt: flush.ended === true ? null : at + 300_000,
  };
}

export function silenceSet(id: string, at = T0, change: Partial<Silence> = {}): HoldsEvent {
  const silence: Silence = {
    id,
    tenant: 'acme',
    matchers: ['severity="critical"'],
    startsAt: at,
    endsAt: at + 3_600_000,
    createdBy: 'ann',
    comment: 'upgrade',
    broad: false,
    ...change,
  };
  return {
    type: 'silence.set',
    key: 'acme',
    at,
    silence,
    command: `c-${id}`,
    by: 'ann',
    reasons: [reason('silence.set')],
  };
}

export const silenceEnded = (id: string, at: number): HoldsEvent => ({
  type: 'silence.ended',
  key: 'acme',
  at,
  id,
  command: `e-${id}`,
  by: 'bob',
  reasons: [reason('silence.ended')],
});

export const SILENCED = reason('hold.silence', 's1 by ann, until 2026-11-23T10:00:00.000Z: upgrade');

/** A flush at which channel ops is not told, since these are held. */
export function heldFlush(
  at: number,
  numbers: readonly number[],
  change: 'began' | 'same' | 'ended' = 'began',
  why: Reason = SILENCED,
  group = 'g0',
): GroupEvent {
  const flush = flushed(group, at, {}) as Extract<GroupEvent, { type: 'group.flushed' }>;
  const fingerprints = numbers.map(fingerprintOf);
  const [ops, pager] = flush.decisions;
  const named = fingerprints.map((fingerprint) => ({ fingerprint, reason: why }));
  const left = change === 'ended' ? {} : { held: named, heldCount: numbers.length };
  const began = change === 'began' ? [{ reason: why, fingerprints }] : [];
  const holds = { began, ended: change === 'ended' ? fingerprints : [], untold: [] };
  return { ...flush, holds, decisions: [{ ...ops!, reasons: [reason('group.held')], ...left }, pager!] };
}

const NEXT_STEP: NextStep = { step: 2, repetition: 0, channels: ['boss'], at: T0 + 60_000 };

/** The clock of an escalation from now on. */
export function escalationClock(
  at: number,
  clock: Extract<GroupEvent, { type: 'group.escalation' }>['clock'],
  code: ReasonCode,
  group = 'g0',
): GroupEvent {
  const next = clock === 'over' ? null : { ...NEXT_STEP, at: clock === 'runs' ? NEXT_STEP.at : null };
  const of = { type: 'group.escalation' as const, key: group, at, policy: 'night', unacknowledged: at - T0 };
  return { ...of, clock, next, lookAt: null, reasons: [reason(code)] };
}

/** A step that told channel lead. */
export function escalated(at: number, numbers: readonly number[], group = 'g0'): GroupEvent {
  const step = { turn: 1, step: 1, repetition: 0, channels: ['lead'], unanswered: ['ops', 'pager'], lookAt: null };
  const of = { type: 'group.escalated' as const, key: group, at, policy: 'night', unacknowledged: 30_000 };
  const why = [reason('escalation.step', 'why')];
  return { ...of, ...step, next: NEXT_STEP, fingerprints: numbers.map(fingerprintOf), reasons: why };
}

export function notificationOf(id: string, alerts: readonly number[], group = 'g0', channel = 'ops'): Notification {
  return {
    id,
    tenant: 'acme',
    groupId: group,
    groupKey: groupOf(group).key,
    groupLabels: { alertname: 'HighLatency' },
    channel,
    status: 'firing',
    alerts: alerts.map((n) => ({ ...alertOf(n), environment: 'production', priority: 'P1' })),
    truncatedAlerts: 0,
    environment: 'production',
    priority: 'P1',
    reasons: [reason('group.new-firing')],
    createdAt: T0,
  };
}

type Step = 'queued' | 'attempting' | 'delivered' | 'retry' | 'uncertain' | 'dead';

export function delivery(step: Step, id: string, alerts: readonly number[], at = T0, attempt = 1): DeliveryEvent {
  const of = { key: 'acme/ops', at, notificationId: id };
  switch (step) {
    case 'queued':
      return {
        ...of,
        type: 'delivery.queued',
        notification: notificationOf(id, alerts),
        reasons: [reason('delivery.queued')],
      };
    case 'attempting':
      return { ...of, type: 'delivery.attempting', attempt, reasons: [reason('delivery.attempting')] };
    case 'delivered':
      return { ...of, type: 'delivery.delivered', attempt, reasons: [reason('delivery.delivered', '204')] };
    case 'retry':
      return {
        ...of,
        type: 'delivery.retry',
        attempt,
        notBefore: at + 5000,
        reasons: [reason('delivery.retry', '503')],
      };
    case 'uncertain':
      return { ...of, type: 'delivery.uncertain', attempt, resend: true, reasons: [reason('delivery.uncertain')] };
    case 'dead': {
      const notification = notificationOf(id, alerts);
      const reasons = [reason('delivery.exhausted')];
      return { ...of, type: 'delivery.dead', attempt, deadLetterId: `dead-${id}`, notification, reasons };
    }
    default:
      return step satisfies never;
  }
}

export function deadInput(n: number, receipt: string, at = T0): JournalEvent {
  return {
    type: 'input.dead-lettered',
    key: keyOf(n),
    at,
    deadLetterId: `letter-${n}`,
    cause: cause(receipt, 0),
    entry: { kind: 'alert', alert: alertOf(n), receipt, index: 0, receivedAt: at },
    reasons: [reason('dead-letter.decision-failed', 'boom')],
  };
}

export function replayedInput(n: number, at = T0): JournalEvent {
  return { type: 'input.replayed', key: keyOf(n), at, deadLetterId: `letter-${n}`, by: 'ada' };
}

/** One commit per list of events, with gaps in the sequence as commits of several parts leave them. */
export function commits(...lists: readonly (readonly JournalEvent[])[]): CommitRecord[] {
  return lists.map((events, i) => ({ kind: 'commit', seq: 2 * i + 1, epoch: 1, at: T0 + i, events }));
}

/** Any history of a few alerts, groups, deliveries and letters: sensible or not, in any order. */
export const anyRecords: fc.Arbitrary<CommitRecord[]> = fc
  .array(fc.array(anyEvent(), { maxLength: 6 }), { minLength: 1, maxLength: 25 })
  .map((lists) => commits(...lists.map((list, i) => list.map((make) => make(T0 + 1000 * i, `r${i}`)))));

type Make = (at: number, receipt: string) => JournalEvent;

function anyEvent(): fc.Arbitrary<Make> {
  const n = fc.integer({ min: 0, max: 3 });
  const group = fc.constantFrom('g0', 'g1');
  const step = fc.constantFrom<Step[]>('queued', 'attempting', 'delivered', 'retry', 'uncertain', 'dead');
  const id = fc.constantFrom('n1', 'n2');
  return fc.oneof(
    n.map(
      (i): Make =>
        (at, receipt) =>
          opened(i, `${receipt}-${i}`, at),
    ),
    fc.tuple(n, n).map(
      ([i, count]): Make =>
        (at, receipt) =>
          repeated(i, `${receipt}-${i}`, count, at),
    ),
    fc.tuple(n, n).map(
      ([i, count]): Make =>
        (at, receipt) =>
          updated(i, `${receipt}-${i}`, count, at),
    ),
    n.map(
      (i): Make =>
        (at, receipt) =>
          resolved(i, `${receipt}-${i}`, at),
    ),
    n.map(
      (i): Make =>
        (at) => ({ type: 'alert.aged', key: keyOf(i), at, reasons: [reason('alert.aged')] }),
    ),
    n.map(
      (i): Make =>
        (at) => ({ type: 'alert.forgotten', key: keyOf(i), at }),
    ),
    n.map(
      (i): Make =>
        (at, receipt) => ({
          type: 'alert.ignored',
          key: keyOf(i),
          at,
          cause: cause(receipt, i),
          reasons: [reason('alert.already-ended')],
        }),
    ),
    n.map(
      (i): Make =>
        (at) =>
          byPerson('alert.acknowledged', i, at),
    ),
    n.map(
      (i): Make =>
        (at) =>
          byPerson('alert.closed', i, at),
    ),
    n.map(
      (i): Make =>
        (at) =>
          byPerson('alert.commented', i, at),
    ),
    fc.tuple(n, group, fc.constantFrom('b1', 'b2')).map(
      ([i, g, born]): Make =>
        (at) =>
          joined(i, g, at, born),
    ),
    fc.tuple(group, fc.option(id), fc.array(n, { maxLength: 2 }), fc.boolean()).map(
      ([g, told, left, ended]): Make =>
        (at) =>
          flushed(g, at, told === null ? { left, ended } : { told, left, ended }),
    ),
    fc.tuple(group, fc.uniqueArray(n), fc.constantFrom('began' as const, 'same' as const, 'ended' as const)).map(
      ([g, numbers, change]): Make =>
        (at) =>
          heldFlush(at, numbers, change, SILENCED, g),
    ),
    fc.tuple(group, fc.constantFrom('runs' as const, 'stands' as const, 'held' as const, 'over' as const)).map(
      ([g, clock]): Make =>
        (at) =>
          escalationClock(at, clock, 'escalation.begun', g),
    ),
    fc.tuple(group, fc.uniqueArray(n)).map(
      ([g, numbers]): Make =>
        (at) =>
          escalated(at, numbers, g),
    ),
    fc.constantFrom('s1', 's2').map(
      (s): Make =>
        (at) =>
          silenceSet(s, at),
    ),
    fc.constantFrom('s1', 's2').map(
      (s): Make =>
        (at) =>
          silenceEnded(s, at),
    ),
    fc.tuple(step, id, fc.uniqueArray(n, { minLength: 1 })).map(
      ([s, i, alerts]): Make =>
        (at) =>
          delivery(s, i, alerts, at),
    ),
    n.map(
      (i): Make =>
        (at, receipt) =>
          deadInput(i, `${receipt}-${i}`, at),
    ),
    n.map(
      (i): Make =>
        (at) =>
          replayedInput(i, at),
    ),
  );
}
