/**
 * What can stand in the inbox of a partition. An INGEST frame carries a list of these; each is handed to the one entity
 * (alert, group or channel) that it names.
 */

import { type Alert, alertKey } from './alert.ts';
import type { GroupedAlert, Notification } from './notification.ts';
import type { ReceiverTiming } from './policy.ts';

/** One alert of an accepted request. `receipt` and `index` let the sender find out what became of it. */
export interface AlertEntry {
  readonly kind: 'alert';
  readonly alert: Alert;
  readonly receipt: string;
  readonly index: number;
  /** Unix time in milliseconds. */
  readonly receivedAt: number;
}

export type AlertAction = 'acknowledge' | 'close';

/** A person's command about one alert. Answered on `replyTo` (a NATS subject) after the commit. */
export interface CommandEntry {
  readonly kind: 'command';
  /** Chosen by the caller; the same id is carried out once. */
  readonly id: string;
  readonly tenant: string;
  readonly fingerprint: string;
  readonly action: AlertAction;
  readonly by: string;
  readonly comment: string;
  readonly replyTo: string;
}

/** From an alert actor to the group that its route puts it in: the alert as it is now. */
export interface GroupEntry {
  readonly kind: 'group';
  readonly group: GroupRef;
  readonly alert: GroupedAlert;
}

/** A group's identity and what its route said when the alert was routed. */
export interface GroupRef {
  /** 16 hex digits, derived from tenant, route and group labels. */
  readonly id: string;
  readonly tenant: string;
  /** Alertmanager's group key. */
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly timing: ReceiverTiming;
}

/** From a group actor to a channel. */
export interface NotificationEntry {
  readonly kind: 'notification';
  readonly notification: Notification;
  /** Out of the dead letters, by a person. */
  readonly replayed?: boolean;
}

/** Input that could not be read, on its way into the dead letters. `raw` is base64. */
export interface UnreadableEntry {
  readonly kind: 'unreadable';
  readonly id: string;
  readonly tenant: string;
  readonly source: string;
  readonly problem: string;
  readonly raw: string;
  readonly receivedAt: number;
}

/** A person takes a dead letter out and puts its content in again. */
export interface ReplayEntry {
  readonly kind: 'replay';
  readonly deadLetterId: string;
  readonly by: string;
  readonly entry: Exclude<Entry, ReplayEntry>;
  readonly replyTo: string;
}

export type Entry = AlertEntry | CommandEntry | GroupEntry | NotificationEntry | UnreadableEntry | ReplayEntry;

/** Which kind of partition holds the entity: alert partitions (alerts and groups) or channel partitions. */
export type PartitionKind = 'alert' | 'channel';

export interface EntityAddress {
  readonly partition: PartitionKind;
  readonly kind: 'alert' | 'group' | 'channel';
  /** Unique within its kind. */
  readonly key: string;
}

/** The entity that an entry is for. Its partition is a hash of the key. */
export function addressOf(entry: Entry): EntityAddress {
  switch (entry.kind) {
    case 'alert':
      return { partition: 'alert', kind: 'alert', key: alertKey(entry.alert.tenant, entry.alert.fingerprint) };
    case 'command':
      return { partition: 'alert', kind: 'alert', key: alertKey(entry.tenant, entry.fingerprint) };
    case 'unreadable':
      return { partition: 'alert', kind: 'alert', key: `${entry.tenant}/unreadable-${entry.id}` };
    case 'group':
      return { partition: 'alert', kind: 'group', key: entry.group.id };
    case 'notification':
      return {
        partition: 'channel',
        kind: 'channel',
        key: channelKey(entry.notification.tenant, entry.notification.channel),
      };
    case 'replay':
      return addressOf(entry.entry);
    default:
      return entry satisfies never;
  }
}

export function channelKey(tenant: string, channel: string): string {
  return `${tenant}/${channel}`;
}
