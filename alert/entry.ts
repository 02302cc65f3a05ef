/**
 * What can stand in the inbox of a partition. An INGEST frame carries a list of these; each is handed to the one entity
 * (alert, group or channel) that it names (entity-address.ts).
 */

import type { Alert, Environment, LabelSet } from './alert.ts';
import type { WindowAlert } from './correlation.ts';
import type { IncidentHold } from './incident-hold.ts';
import type { GroupedAlert, Notification } from './notification.ts';
import type { ReceiverTiming } from './policy.ts';
import type { Placement } from './promotion-state.ts';
import type { ReceiptStep } from './receipt.ts';
import type { Silence } from './silence.ts';

/** One alert of an accepted request. `receipt` and `index` let the sender find out what became of it. */
export interface AlertEntry {
  readonly kind: 'alert';
  readonly alert: Alert;
  readonly receipt: string;
  readonly index: number;
  /** Unix time in milliseconds. */
  readonly receivedAt: number;
}

export type AlertAction = 'acknowledge' | 'snooze' | 'close' | 'approve' | 'reject' | 'comment';

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
  /** Of a snooze. Unix time in milliseconds. */
  readonly until?: number;
  /** Of a comment: the archive has the alert, whether or not its owner still remembers it. */
  readonly known?: true;
  readonly replyTo: string;
}

/** A person sets, changes or ends a silence. For the partition that owns it; answered on `replyTo` after the commit. */
export interface SilenceEntry {
  readonly kind: 'silence';
  /** Of the command. */
  readonly id: string;
  readonly tenant: string;
  /** Id of the silence. */
  readonly silence: string;
  /** What it is from now on; null: it ends. */
  readonly content: Omit<Silence, 'id' | 'tenant'> | null;
  /** Set, and refused where there is none; else a new one. */
  readonly change: boolean;
  readonly by: string;
  readonly replyTo: string;
}

/** From the partition that owns a silence to every other alert partition. null: it has ended. */
export interface SilenceCopyEntry {
  readonly kind: 'silence-copy';
  readonly tenant: string;
  readonly id: string;
  readonly silence: Silence | null;
}

/** A person asks for a namespace to move to another environment, or decides about that. Answered on `replyTo` after the commit. */
export interface PromotionEntry {
  readonly kind: 'promotion';
  /** Of the command. */
  readonly id: string;
  readonly tenant: string;
  readonly namespace: string;
  /** Id of the promotion. */
  readonly promotion: string;
  readonly action: 'request' | 'approve' | 'reject';
  /** Of a request. */
  readonly to?: Environment;
  /** Of a request: it may leave production. */
  readonly override?: boolean;
  readonly by: string;
  readonly comment: string;
  readonly replyTo: string;
}

/** From the partition that owns a namespace to every other alert partition. */
export interface PlacementEntry {
  readonly kind: 'placement';
  readonly tenant: string;
  readonly namespace: string;
  readonly placement: Placement;
}

/** From an alert actor to every alert partition: an alert that may inhibit others, as it is now; null: it does not any more. */
export interface InhibitorEntry {
  readonly kind: 'inhibitor';
  readonly tenant: string;
  readonly fingerprint: string;
  readonly labels: LabelSet | null;
}

/** From an alert actor to its tenant's correlator: an alert that a CorrelationRule asks for; null: it has ended. */
export interface CorrelationEntry {
  readonly kind: 'correlation';
  readonly tenant: string;
  readonly fingerprint: string;
  readonly alert: WindowAlert | null;
  /** The correlator knows it: only its rules have changed. */
  readonly again?: true;
  /** A person took it on. It goes on firing: `alert` is null and means nothing. */
  readonly taken?: true;
}

/** From a correlator to every alert partition: what an incident holds back from now on; null: nothing any more. */
export interface IncidentHoldEntry {
  readonly kind: 'incident-hold';
  readonly tenant: string;
  readonly incident: string;
  readonly hold: IncidentHold | null;
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

/** From a channel to the group that a notification was about: it died, and nobody was reached by it. */
export interface UndeliveredEntry {
  readonly kind: 'undelivered';
  readonly tenant: string;
  /** Id. */
  readonly group: string;
  readonly channel: string;
  readonly notificationId: string;
  readonly detail: string;
}

/** A person has a notification sent: one again that was delivered, or one that tries a channel out. */
export interface SubmitEntry {
  readonly kind: 'submit';
  /** Of the command. */
  readonly id: string;
  readonly because: 'resent' | 'test';
  readonly by: string;
  /** Under an id of its own. */
  readonly notification: Notification;
  readonly replyTo: string;
}

/** A provider reports later of a message that it accepted, by its own id of it or by the notification's. */
export interface ReceiptEntry {
  readonly kind: 'receipt';
  readonly tenant: string;
  readonly channel: string;
  readonly receiptId?: string;
  readonly notificationId?: string;
  readonly step: ReceiptStep;
  readonly detail: string;
}

/** What a channel's provider said when it was asked how it is. */
export interface ProbeEntry {
  readonly kind: 'probe';
  readonly tenant: string;
  readonly channel: string;
  readonly health: ChannelHealth;
  readonly detail: string;
}

export type ChannelHealth = 'healthy' | 'degraded' | 'failed';

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

export type Entry =
  | AlertEntry
  | CommandEntry
  | SilenceEntry
  | SilenceCopyEntry
  | PromotionEntry
  | PlacementEntry
  | InhibitorEntry
  | CorrelationEntry
  | IncidentHoldEntry
  | GroupEntry
  | NotificationEntry
  | UndeliveredEntry
  | SubmitEntry
  | ReceiptEntry
  | ProbeEntry
  | UnreadableEntry
  | ReplayEntry;
