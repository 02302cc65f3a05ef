/**
 * The public form of an event: CloudEvents 1.0, structured JSON (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md).
 *
 * Id, source, type and time come from the journal alone, so that an event that is published again is the same event. What is
 * known of the alert or the delivery beside it is read from the archive when it is published: labels never change, the
 * environment and the priority may be those of a later routing.
 */

import { alertKey } from '../alert/alert.ts';
import type { AlertEvent, GroupEvent } from '../alert/event.ts';
import type { Flapping } from '../alert/flapping.ts';
import type { Reason } from '../alert/reason.ts';
import type { JournalEvent } from '../bus/journal.ts';
import type { DeliveryEvent } from '../channels/delivery-event.ts';
import { identityOf } from './project/alert.ts';
import type { Position } from './project/position.ts';
import type { AlertRow, DeliveryRow } from './schema.ts';

export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: PublicType;
  /** tenant/fingerprint, or the notification's id. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Extension. */
  readonly tenant: string;
  /** Extension (CloudEvents "sequence"): ordered as text within one source. */
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type PublicType =
  | 'alert.opened'
  | 'alert.repeated'
  | 'alert.updated'
  | 'alert.suppressed'
  | 'alert.escalated'
  | 'alert.snoozed'
  | 'alert.approved'
  | 'alert.rejected'
  | 'alert.acknowledged'
  | 'alert.commented'
  | 'alert.resolved'
  | 'alert.closed'
  | 'alert.aged'
  | 'notification.delivered'
  | 'notification.failed'
  | 'notification.dead';

export type PublicAlertEvent = Extract<AlertEvent, { type: PublicType }>;
export type PublicDeliveryEvent = Extract<
  DeliveryEvent,
  { type: 'delivery.delivered' | 'delivery.retry' | 'delivery.dead' }
>;

export function isPublicAlertEvent(event: JournalEvent): event is PublicAlertEvent {
  switch (event.type) {
    case 'alert.opened':
    case 'alert.repeated':
    case 'alert.updated':
    case 'alert.suppressed':
    case 'alert.acknowledged':
    case 'alert.commented':
    case 'alert.resolved':
    case 'alert.approved':
    case 'alert.rejected':
    case 'alert.snoozed':
    case 'alert.closed':
    case 'alert.aged':
      return true;
    default:
      return false;
  }
}

export function isPublicDeliveryEvent(event: JournalEvent): event is PublicDeliveryEvent {
  return event.type === 'delivery.delivered' || event.type === 'delivery.retry' || event.type === 'delivery.dead';
}

/** `known`: the alert's row, if the archive has one. */
export function alertCloudEvent(event: PublicAlertEvent, position: Position, known: AlertRow | null): CloudEvent {
  const { tenant, fingerprint } = identityOf(event.key);
  const data = { tenant, fingerprint, ...contextOf(event, known), ...contentOf(event), reasons: event.reasons };
  return { ...attributes(event.at, position), type: event.type, subject: event.key, tenant, data };
}

type Flushed = Extract<GroupEvent, { type: 'group.flushed' }>;

/** Whose hold begins with a flush: one public event each, once per hold and group. What was routed elsewhere is told there. */
export function suppressedIn({ holds }: Flushed): { readonly fingerprint: string; readonly reason: Reason }[] {
  if (holds === undefined) return [];
  return holds.began
    .filter(({ reason }) => reason.code !== 'hold.rerouted')
    .flatMap(({ reason, fingerprints }) => fingerprints.map((fingerprint) => ({ fingerprint, reason })));
}

/** `place`: among those of the flush. `known`: the alert's row, if the archive has one. */
export function suppressedCloudEvent(
  { at, key: groupId }: Flushed,
  { fingerprint, reason }: ReturnType<typeof suppressedIn>[number],
  tenant: string,
  position: Position,
  place: number,
  known: AlertRow | null,
): CloudEvent {
  const data = { tenant, fingerprint, groupId, ...knownContext(known), reasons: [reason] };
  return { ...attributesOfOne(at, position, place), type: 'alert.suppressed', ...subjectOf(tenant, fingerprint), data };
}

type Escalated = Extract<GroupEvent, { type: 'group.escalated' }>;

/** One for each alert of the group that nobody took on; `place`: among those. */
export function escalatedCloudEvent(
  event: Escalated,
  fingerprint: string,
  tenant: string,
  position: Position,
  place: number,
  known: AlertRow | null,
): CloudEvent {
  const { at, key: groupId, policy, step, repetition, channels, unanswered, unacknowledged, next, reasons } = event;
  const escalation = {
    ...{ policy, step, repetition, channels, unanswered, unacknowledgedSeconds: Math.round(unacknowledged / 1000) },
    next: next === null ? null : { ...next, at: next.at === null ? null : rfc3339(next.at) },
  };
  const data = { tenant, fingerprint, groupId, ...knownContext(known), escalation, reasons };
  return { ...attributesOfOne(at, position, place), type: 'alert.escalated', ...subjectOf(tenant, fingerprint), data };
}

function subjectOf(tenant: string, fingerprint: string) {
  return { subject: alertKey(tenant, fingerprint), tenant };
}

function contextOf(event: PublicAlertEvent, known: AlertRow | null): Record<string, unknown> {
  if (event.type === 'alert.opened' || event.type === 'alert.suppressed') {
    const { environment, priority, namespace, policy } = event.routing;
    return { environment, priority, namespace, policy, labels: event.alert.labels };
  }
  return knownContext(known);
}

function knownContext(known: AlertRow | null): Record<string, unknown> {
  if (known === null) return {};
  const { environment, priority, namespace, policy, labels } = known;
  return { environment, priority, namespace, policy, labels: JSON.parse(labels) as unknown };
}

function contentOf(event: PublicAlertEvent): Record<string, unknown> {
  switch (event.type) {
    case 'alert.opened': {
      const { annotations, generatorURL, source, startsAt, endsAt } = event.alert;
      const times = { startsAt: rfc3339(startsAt), endsAt: endsAt === null ? null : rfc3339(endsAt) };
      const flapping = event.flapping === undefined ? {} : { flapping: flappingOf(event.flapping) };
      return { annotations, generatorURL, source, ...times, episode: event.episode, occurrences: 1, ...flapping };
    }
    case 'alert.suppressed':
      return { source: event.alert.source, startsAt: rfc3339(event.alert.startsAt) };
    case 'alert.repeated':
      return { occurrences: event.occurrences };
    case 'alert.updated':
      return { occurrences: event.occurrences, annotations: event.annotations, generatorURL: event.generatorURL };
    case 'alert.resolved':
      return { annotations: event.annotations, endsAt: rfc3339(event.endsAt) };
    case 'alert.acknowledged':
    case 'alert.commented':
    case 'alert.approved':
    case 'alert.rejected':
    case 'alert.closed':
      return { by: event.by, comment: event.comment };
    case 'alert.snoozed':
      return { by: event.by, comment: event.comment, until: rfc3339(event.until) };
    case 'alert.aged':
      return {};
    default:
      return event satisfies never;
  }
}

function flappingOf({ since, heldUntil, openings }: Flapping) {
  return { since: rfc3339(since), heldUntil: heldUntil === null ? null : rfc3339(heldUntil), openings };
}

const NOTIFICATION_TYPES = {
  'delivery.delivered': 'notification.delivered',
  'delivery.retry': 'notification.failed',
  'delivery.dead': 'notification.dead',
} as const;

/** `known`: the delivery's row, if the archive has one. */
export function deliveryCloudEvent(
  event: PublicDeliveryEvent,
  position: Position,
  known: DeliveryRow | null,
): CloudEvent {
  const slash = event.key.lastIndexOf('/');
  const tenant = event.key.slice(0, slash);
  const data = {
    notificationId: event.notificationId,
    tenant,
    channel: event.key.slice(slash + 1),
    attempt: event.attempt,
    ...(event.type === 'delivery.retry' ? { notBefore: rfc3339(event.notBefore) } : {}),
    ...(event.type === 'delivery.dead' ? { deadLetterId: event.deadLetterId } : {}),
    ...(known === null ? {} : deliveryContext(known)),
    reasons: event.reasons,
  };
  const type = NOTIFICATION_TYPES[event.type];
  return { ...attributes(event.at, position), type, subject: event.notificationId, tenant, data };
}

function deliveryContext({ group_id, group_key, status, environment, priority, alerts, fingerprints }: DeliveryRow) {
  const group = { groupId: group_id, groupKey: group_key };
  return { ...group, status, environment, priority, alerts, fingerprints: JSON.parse(fingerprints) as unknown };
}

function attributes(at: number, { partition, seq, index }: Position) {
  return {
    specversion: '1.0',
    id: `${partition}.${seq}.${index}`,
    source: `/herald/${partition}`,
    time: rfc3339(at),
    datacontenttype: 'application/json',
    sequence: `${String(seq).padStart(16, '0')}.${String(index).padStart(6, '0')}`,
  } as const;
}

/** Of one of several events that one decision leads to. */
function attributesOfOne(at: number, position: Position, place: number) {
  const { id, sequence, ...others } = attributes(at, position);
  return { ...others, id: `${id}.${place}`, sequence: `${sequence}.${String(place).padStart(6, '0')}` };
}

const LATEST = 8.64e15;

/** A sender's time may lie outside of what a date can say. */
function rfc3339(at: number): string {
  return new Date(Math.max(-62_135_596_800_000, Math.min(at, LATEST))).toISOString();
}
