/** What a channel's event does to a delivery's row and its history. Pure. */

import type { Notification } from '../../alert/notification.ts';
import type { DeliveryEvent } from '../../channels/delivery-event.ts';
import type { DeliveryAlertRow, DeliveryHistoryRow, DeliveryRow } from '../schema.ts';
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
  const row: DeliveryRow = { ...known, ...progress(known, event), updated_at: event.at, reasons };
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
  return { row, line, alerts: before === null && 'notification' in event ? alertsOf(event.notification) : [] };
}

function progress(
  known: DeliveryRow,
  event: DeliveryEvent,
): Pick<DeliveryRow, 'state' | 'attempts' | 'not_before' | 'dead_letter_id'> {
  const { attempts, dead_letter_id } = known;
  switch (event.type) {
    case 'delivery.queued':
      return { state: 'queued', attempts, not_before: null, dead_letter_id };
    case 'delivery.attempting':
      return { state: 'attempting', attempts: event.attempt, not_before: null, dead_letter_id };
    case 'delivery.delivered':
      return { state: 'delivered', attempts: event.attempt, not_before: null, dead_letter_id };
    case 'delivery.retry':
      return { state: 'queued', attempts: event.attempt, not_before: event.notBefore, dead_letter_id };
    case 'delivery.unsent':
      return { state: 'queued', attempts: event.attempt - 1, not_before: event.notBefore, dead_letter_id };
    case 'delivery.uncertain':
      return { state: 'uncertain', attempts: event.attempt, not_before: null, dead_letter_id };
    case 'delivery.dead':
      return { state: 'dead', attempts: event.attempt, not_before: null, dead_letter_id: event.deadLetterId };
    default:
      return event satisfies never;
  }
}

/** A delivery may be dead from the start: its channel is not declared. */
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
  };
}

function alertsOf({ id, tenant, alerts }: Notification): DeliveryAlertRow[] {
  return alerts.map(({ fingerprint, status }) => ({ tenant, fingerprint, notification_id: id, status }));
}
