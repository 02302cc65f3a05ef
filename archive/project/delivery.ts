/** What a channel's event does to a delivery's row and its history. Pure. */

import type { Notification } from '../../alert/notification.ts';
import type { DeliveryEvent } from '../../channels/delivery-event.ts';
import type { DeliveryAlertRow, DeliveryContentRow, DeliveryHistoryRow, DeliveryRow } from '../schema.ts';
import type { Position } from './position.ts';

export interface DeliveryChange {
  /** null: nothing is known of this notification and the event does not introduce it. */
  readonly row: DeliveryRow | null;
  readonly line: DeliveryHistoryRow | null;
  /** Which alerts it tells of; only on its first event. */
  readonly alerts: readonly DeliveryAlertRow[];
}

/** As many fingerprints stand in the delivery's own row. */
const SHOWN_FINGERPRINTS = 50;

export function foldDelivery(before: DeliveryRow | null, event: DeliveryEvent, position: Position): DeliveryChange {
  const reasons = JSON.stringify(event.reasons);
  const known = before ?? introduced(event);
  if (known === null) return { row: null, line: null, alerts: [] };
  // Why it is where it is stays: these say something besides.
  const isAside = event.type === 'delivery.receipt' || event.type === 'delivery.copied';
  const row: DeliveryRow = {
    ...known,
    ...progress(event),
    updated_at: event.at,
    reasons: isAside ? known.reasons : reasons,
  };
  const line: DeliveryHistoryRow = {
    partition: position.partition,
    seq: position.seq,
    idx: position.index,
    notification_id: event.notificationId,
    at: event.at,
    type: event.type,
    attempt: 'attempt' in event ? event.attempt : 0,
    reasons,
  };
  // A million recipients are two thousand chunks: the first and the last say when it began and when it was done.
  const isBetween = event.type === 'delivery.expanded' && before?.state === 'expanding' && !event.last;
  return {
    row,
    line: isBetween ? null : line,
    alerts: before === null && 'notification' in event ? alertsOf(event.notification) : [],
  };
}

type Progress = Partial<
  Pick<
    DeliveryRow,
    | 'state'
    | 'attempts'
    | 'not_before'
    | 'dead_letter_id'
    | 'went_on_as'
    | 'took'
    | 'receipt'
    | 'receipt_at'
    | 'receipt_detail'
  >
>;

export function progress(event: DeliveryEvent): Progress {
  switch (event.type) {
    case 'delivery.queued':
      return { state: 'queued', not_before: event.notification.notBefore ?? null };
    case 'delivery.bundled':
      return { state: 'queued', not_before: null };
    case 'delivery.held':
      return { state: 'queued', ...(event.notBefore === undefined ? {} : { not_before: event.notBefore }) };
    case 'delivery.copied':
      return {};
    case 'delivery.expanded':
      return { state: event.last ? 'expanded' : 'expanding', not_before: null };
    case 'delivery.receipt':
      return { receipt: event.step, receipt_at: event.at, receipt_detail: event.reasons[0]?.detail ?? '' };
    case 'delivery.attempting':
      return { state: 'attempting', attempts: event.attempt, not_before: null };
    case 'delivery.delivered':
      return { state: 'delivered', attempts: event.attempt, not_before: null, took: event.took ?? null };
    case 'delivery.retry':
      return { state: 'queued', attempts: event.attempt, not_before: event.notBefore };
    case 'delivery.unsent':
      return { state: 'queued', attempts: event.attempt - 1, not_before: event.notBefore };
    case 'delivery.uncertain':
      return { state: 'uncertain', attempts: event.attempt, not_before: null };
    case 'delivery.diverted':
      return { state: 'diverted', attempts: event.attempt, not_before: null, went_on_as: event.as };
    case 'delivery.dead':
      return { state: 'dead', attempts: event.attempt, not_before: null, dead_letter_id: event.deadLetterId };
    default:
      return event satisfies never;
  }
}

/** What went into a bundle: it goes on as that. */
export function bundledInto(before: DeliveryRow, event: DeliveryEvent & { type: 'delivery.bundled' }): DeliveryRow {
  return {
    ...before,
    state: 'bundled',
    not_before: null,
    went_on_as: event.notificationId,
    updated_at: event.at,
    reasons: JSON.stringify(event.reasons),
  };
}

export function bundledLine(
  { at, type, reasons }: DeliveryEvent & { type: 'delivery.bundled' },
  id: string,
  { partition, seq, index }: Position,
): DeliveryHistoryRow {
  return { partition, seq, idx: index, notification_id: id, at, type, attempt: 0, reasons: JSON.stringify(reasons) };
}

/** What it says, whole. null: the event does not tell. */
export function contentOf(event: DeliveryEvent): DeliveryContentRow | null {
  if (event.type !== 'delivery.queued' && event.type !== 'delivery.bundled') return null;
  return { notification_id: event.notificationId, content: JSON.stringify(event.notification) };
}

/** A delivery may be dead from the start: its channel is not declared. Or diverted: its channel only hands on. */
function introduced(event: DeliveryEvent): DeliveryRow | null {
  if (!('notification' in event)) return null;
  const { notification, at } = event;
  return {
    notification_id: event.notificationId,
    tenant: notification.tenant,
    channel: notification.channel,
    group_id: notification.groupId,
    group_key: notification.groupKey,
    status: notification.status,
    environment: notification.environment,
    priority: notification.priority,
    state: 'queued',
    attempts: 0,
    not_before: null,
    dead_letter_id: null,
    created_at: at,
    updated_at: at,
    alerts: notification.alerts.length + notification.truncatedAlerts,
    fingerprints: JSON.stringify(
      notification.alerts.slice(0, SHOWN_FINGERPRINTS).map(({ fingerprint }) => fingerprint),
    ),
    reasons: '[]',
    recipient: notification.recipient?.name ?? null,
    went_on_as: null,
    came_from: notification.cameFrom?.notificationId ?? null,
    receipt: null,
    receipt_detail: null,
    receipt_at: null,
    took: null,
    audience: null,
  };
}

function alertsOf({ id, tenant, alerts }: Notification): DeliveryAlertRow[] {
  return alerts.map(({ fingerprint, status }) => ({ tenant, fingerprint, notification_id: id, status }));
}
