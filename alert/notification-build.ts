/** Builds a notification of bounded size out of the alerts of a group. */

import { ENVIRONMENTS, type LabelSet, PRIORITIES } from './alert.ts';
import type { GroupRef } from './entry.ts';
import type { GroupedAlert, Notification, Recipient } from './notification.ts';
import type { Reason } from './reason.ts';

/** Bytes of JSON. A message of the bus may hold 1 MiB; PagerDuty takes 512 KB. */
export const MAX_BYTES = 400 * 1024;

/** Names, punctuation and the short fields of one alert in JSON. */
const BYTES_PER_ALERT = 400;

interface Contents {
  readonly id: string;
  readonly group: GroupRef;
  readonly channel: string;
  readonly recipient?: Recipient;
  /** At least one; firing ones first. */
  readonly alerts: readonly GroupedAlert[];
  /** 0: as many as fit. */
  readonly maxAlerts: number;
  readonly reasons: readonly Reason[];
  readonly now: number;
}

export function buildNotification(contents: Contents): Notification {
  const { id, group, channel, recipient, alerts, maxAlerts, reasons, now } = contents;
  const fitting = howManyFit(alerts, maxAlerts === 0 ? alerts.length : maxAlerts);
  return {
    id,
    tenant: group.tenant,
    groupId: group.id,
    groupKey: group.key,
    groupLabels: group.labels,
    channel,
    ...(recipient === undefined ? {} : { recipient }),
    status: alerts[0]?.status ?? 'resolved',
    alerts: fitting === alerts.length ? alerts : alerts.slice(0, fitting),
    truncatedAlerts: alerts.length - fitting,
    // Over all of them: what does not fit must not make the rest look harmless.
    environment: firstOf(ENVIRONMENTS, (environment) => alerts.some((alert) => alert.environment === environment)),
    priority: firstOf(PRIORITIES, (priority) => alerts.some((alert) => alert.priority === priority)),
    reasons,
    createdAt: now,
  };
}

function firstOf<T>(inOrder: readonly T[], holds: (value: T) => boolean): T {
  return inOrder.find(holds) ?? inOrder[0]!;
}

/** The first one always goes, however large: a notification about nothing helps nobody. */
function howManyFit(alerts: readonly GroupedAlert[], limit: number): number {
  let bytes = 0;
  for (let count = 0; count < alerts.length; count++) {
    bytes += jsonBytes(alerts[count]!);
    if (count >= limit || (bytes > MAX_BYTES && count > 0)) return count;
  }
  return alerts.length;
}

function jsonBytes(alert: GroupedAlert): number {
  const { generatorURL, acknowledgedBy = '', labels, annotations } = alert;
  return (
    BYTES_PER_ALERT + textBytes(generatorURL) + textBytes(acknowledgedBy) + labelBytes(labels) + labelBytes(annotations)
  );
}

function labelBytes(labels: LabelSet): number {
  let bytes = 0;
  for (const name in labels) bytes += 6 + textBytes(name) + textBytes(labels[name]!);
  return bytes;
}

/** Never too few: what JSON may escape counts as escaped, and half a surrogate pair as three bytes. */
function textBytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x800) bytes += 2;
    else if (unit >= 0x80 || unit === 0x22 || unit === 0x5c) bytes += 1;
    else if (unit < 0x20) bytes += 5;
  }
  return bytes;
}
