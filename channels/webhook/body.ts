/**
 * The body of a webhook notification: Alertmanager's webhook format, version 4, field by field, so that its receivers work
 * unchanged, and `herald` for what only we know.
 * Source: prometheus/alertmanager notify/webhook and template.Data.
 */

import type { LabelSet } from '../../alert/alert.ts';
import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import type { Reason } from '../../alert/reason.ts';
import { sharedLabels } from '../shared-labels.ts';

export interface WebhookBody {
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly WebhookAlert[];
  readonly groupLabels: LabelSet;
  readonly commonLabels: LabelSet;
  readonly commonAnnotations: LabelSet;
  readonly externalURL: string;
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly herald: {
    readonly notificationId: string;
    readonly groupId: string;
    readonly environment: string;
    readonly priority: string;
    readonly reasons: readonly Reason[];
    /** Whom it is for: a person, or one of an audience. Left out: whoever stands behind the URL. */
    readonly recipient?: { readonly name: string; readonly address: string };
    /** 1 for the first. */
    readonly attempt: number;
  };
}

export interface WebhookAlert {
  readonly status: string;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** Go's zero time: what Alertmanager sends for "has not ended". */
const NOT_ENDED = '0001-01-01T00:00:00Z';

/** `externalURL`: where people reach this Herald. */
export function webhookBody(notification: Notification, attempt: number, externalURL: string): WebhookBody {
  const { alerts } = notification;
  return {
    receiver: notification.channel,
    status: notification.status,
    alerts: alerts.map(webhookAlert),
    groupLabels: notification.groupLabels,
    commonLabels: sharedLabels(alerts.map((alert) => alert.labels)),
    commonAnnotations: sharedLabels(alerts.map((alert) => alert.annotations)),
    externalURL,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: notification.truncatedAlerts,
    herald: {
      notificationId: notification.id,
      groupId: notification.groupId,
      environment: notification.environment,
      priority: notification.priority,
      reasons: notification.reasons,
      ...recipientOf(notification),
      attempt,
    },
  };
}

function recipientOf({ recipient }: Notification): Pick<WebhookBody['herald'], 'recipient'> {
  return recipient === undefined ? {} : { recipient: { name: recipient.name, address: recipient.address } };
}

function webhookAlert(alert: GroupedAlert): WebhookAlert {
  // A firing alert may have a time at which it would expire; to a receiver it has not ended.
  const ended = alert.status === 'resolved' && alert.endsAt !== null;
  return {
    status: alert.status,
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: timestamp(alert.startsAt),
    endsAt: ended ? timestamp(alert.endsAt ?? 0) : NOT_ENDED,
    generatorURL: alert.generatorURL,
    fingerprint: alert.fingerprint,
  };
}

/** RFC 3339 as Go writes it: no trailing zeros in the fraction. */
function timestamp(time: number): string {
  return new Date(time).toISOString().replace(/\.?0*Z$/, 'Z');
}
