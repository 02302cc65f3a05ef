/**
 * The tables of the archive: the read model that queries are answered from. Everything in them is projected from the
 * journals and can be made again from them.
 *
 * Times are Unix milliseconds. Columns named `labels`, `annotations`, `matchers`, `held`, `reasons`, `groups`, `channels`, `decisions`,
 * `fingerprints` and `entry` hold JSON as text: both SQLite and PostgreSQL keep that, and nothing here looks inside in SQL.
 */

import type { Environment } from '../alert/alert.ts';

/** How far each partition's journal is projected, and how far its public events are published. */
export interface CursorRow {
  partition: string;
  /** Last projected sequence of the journal stream. */
  seq: number;
  epoch: number;
  /** When the last projected commit was decided. */
  at: number;
  /** Public events of all commits up to this sequence are acknowledged. */
  published: number;
}

/** `firing`, or a person or its sender or time ended or took it on; `suppressed`: a Filter drops it, it never fired. */
export type ArchivedStatus = 'firing' | 'acknowledged' | 'resolved' | 'closed' | 'aged' | 'suppressed';

/** An alert as it is now. */
export interface AlertRow {
  /** tenant/fingerprint */
  key: string;
  tenant: string;
  fingerprint: string;
  status: ArchivedStatus;
  environment: string;
  priority: string;
  namespace: string;
  policy: string;
  labels: string;
  /** JSON: what matchers see besides or instead of the labels (see project/seen.ts). */
  seen: string;
  annotations: string;
  generator_url: string;
  source: string;
  /** Ids of the groups that it entered when it was last routed. */
  groups: string;
  /** Why it has its environment, its priority and its routes. */
  reasons: string;
  starts_at: number;
  ends_at: number | null;
  /** First report ever. */
  first_seen: number;
  /** First report of the episode that is or was last. */
  opened_at: number;
  last_seen: number;
  /** When it ended by a report, by a person or by age; null while it has not. */
  ended_at: number | null;
  occurrences: number;
  episode: number;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  acknowledged_comment: string | null;
  /** Set while it is, or was last, put off. */
  snoozed_until: number | null;
  snoozed_by: string | null;
  snoozed_comment: string | null;
  /** Set where a rule had it wait for a person; `lapsed`: it ended before anybody decided. */
  approval_state: 'waiting' | 'approved' | 'rejected' | 'lapsed' | null;
  /** JSON: the rule, until when, its default, who may decide; once it is decided: when, by whom and the comment. */
  approval: string | null;
  /** JSON (alert/flapping.ts): its present or last episode is one of a flapping alert; null: it is not. */
  flapping: string | null;
  /** Where the history row stands that further events of the same kind are counted in (see project/history.ts). */
  run_type: string | null;
  run_seq: number;
  run_idx: number;
  run_since: number;
  run_count: number;
}

/** One line of an alert's history; for repeats one line counts a run of them. */
export interface HistoryRow {
  partition: string;
  seq: number;
  idx: number;
  alert_key: string;
  type: string;
  /** The newest of the run. */
  at: number;
  /** The first of the run. */
  since: number;
  count: number;
  detail: string;
  reasons: string;
}

/** What became of one alert of an accepted request. */
export interface OutcomeRow {
  receipt: string;
  idx: number;
  tenant: string;
  fingerprint: string;
  outcome: string;
  reasons: string;
  at: number;
}

export interface GroupRow {
  id: string;
  tenant: string;
  group_key: string;
  labels: string;
  channels: string;
  /** Identity of this life of the group. */
  born: string;
  created_at: number;
  updated_at: number;
  next_flush: number | null;
  last_flush: number | null;
  /** null while it lives. */
  ended_at: number | null;
  /** JSON: what the last flush decided per channel, and where its ledger line stands (see project/group.ts). */
  decisions: string;
  /** JSON (see project/escalation.ts); null: nothing is escalated. */
  escalation: string | null;
}

export interface GroupMemberRow {
  group_id: string;
  fingerprint: string;
  status: string;
  at: number;
}

/** The ledger of a group: what its flushes decided for one line (alert/line-name.ts), which `channel` names. A run of equal refusals is one line that counts. */
export interface DecisionRow {
  partition: string;
  seq: number;
  idx: number;
  channel: string;
  group_id: string;
  notification_id: string | null;
  at: number;
  since: number;
  count: number;
  firing: number;
  resolved: number;
  reasons: string;
  /** JSON: the first of the alerts that the channel was not told of because they are held back, with the reason of each. */
  held: string;
  /** How many there were. */
  held_count: number;
  /** Hash of the policy that decided; empty where the journal does not say. */
  policy: string;
}

/** What else happened to a group: every event of it that is neither a joining nor a flush. */
export interface GroupHistoryRow {
  partition: string;
  seq: number;
  idx: number;
  group_id: string;
  type: string;
  at: number;
  detail: string;
  /** JSON: the channels that it is about; empty: it is about the group as a whole. */
  channels: string;
  reasons: string;
}

/** An alert in a group that is, or was last, held back. */
export interface HoldRow {
  /** group/fingerprint */
  key: string;
  tenant: string;
  fingerprint: string;
  group_id: string;
  code: string;
  detail: string;
  since: number;
  /** When a flush found that it is not held any more; null while it is. */
  until: number | null;
}

/** A silence that a person set. */
export interface SilenceRow {
  id: string;
  tenant: string;
  /** JSON: a list of texts. */
  matchers: string;
  starts_at: number;
  ends_at: number;
  created_by: string;
  comment: string;
  /** 1: it may cover a whole tenant. */
  broad: number;
  created_at: number;
  updated_at: number;
  /** When a person ended it before its time; null otherwise. */
  ended_at: number | null;
  ended_by: string | null;
}

/**
 * `diverted`, `bundled`: gone on as another one (went_on_as). `expanding`, `expanded`: for an audience, of which some or all members are
 * taken on.
 */
export type DeliveryState =
  | 'queued'
  | 'attempting'
  | 'uncertain'
  | 'delivered'
  | 'dead'
  | 'diverted'
  | 'bundled'
  | 'expanding'
  | 'expanded';

export interface DeliveryRow {
  notification_id: string;
  tenant: string;
  channel: string;
  group_id: string;
  group_key: string;
  /** Of the notification: firing or resolved. */
  status: string;
  environment: string;
  priority: string;
  state: DeliveryState;
  attempts: number;
  /** Not tried again before this time; null unless it waits for a retry. */
  not_before: number | null;
  dead_letter_id: string | null;
  created_at: number;
  updated_at: number;
  alerts: number;
  /** The first of them; all are in delivery_alerts. */
  fingerprints: string;
  reasons: string;
  /** Name of whom it is for; null: whoever its channel's own options name. */
  recipient: string | null;
  /** Id of the notification that it became on another channel, or in a bundle. */
  went_on_as: string | null;
  /** Id of what it was on the channel that it came from. */
  came_from: string | null;
  /** sent, delivered, read or failed, as the provider told later; null: it told nothing. */
  receipt: string | null;
  receipt_detail: string | null;
  receipt_at: number | null;
  /** Milliseconds from its making to the channel's accepting it. */
  took: number | null;
  /** Of a notification for an audience, JSON: how many it has come to, and how many of them are in each state. null: it is for none. */
  audience: string | null;
}

/** One of an audience. What it is about stands with the notification for all. */
export interface AudienceMemberRow {
  notification_id: string;
  /** `audience/NAME/ADDRESS` */
  recipient: string;
  state: DeliveryState;
  reasons: string;
  attempts: number;
  not_before: number | null;
  dead_letter_id: string | null;
  went_on_as: string | null;
  updated_at: number;
  receipt: string | null;
  receipt_detail: string | null;
  receipt_at: number | null;
  took: number | null;
}

/** What was sent, whole: for sending it again. */
export interface DeliveryContentRow {
  notification_id: string;
  content: string;
}

/** How a channel stands, once it said anything of itself. */
export interface ChannelStandingRow {
  /** tenant/channel */
  key: string;
  tenant: string;
  channel: string;
  breaker: 'closed' | 'open';
  breaker_since: number | null;
  breaker_until: number | null;
  breaker_reasons: string;
  /** healthy, degraded or failed; null: never asked. */
  probe: string | null;
  probe_detail: string | null;
  probed_at: number | null;
  /** What the last attempt met that failed, JSON; null: something was delivered since, or nothing failed. */
  failure: string | null;
  failing_since: number | null;
}

/** Which alerts a notification told of. */
export interface DeliveryAlertRow {
  tenant: string;
  fingerprint: string;
  notification_id: string;
  /** What it said of the alert: firing or resolved. */
  status: string;
}

export interface DeliveryHistoryRow {
  partition: string;
  seq: number;
  idx: number;
  notification_id: string;
  at: number;
  type: string;
  attempt: number;
  reasons: string;
}

export interface DeadLetterRow {
  id: string;
  kind: 'input' | 'delivery';
  tenant: string;
  /** What it was for: tenant/fingerprint or tenant/channel. */
  subject: string;
  at: number;
  state: 'open' | 'replayed';
  replayed_at: number | null;
  replayed_by: string | null;
  reasons: string;
  /** Complete: what is put in again. */
  entry: string;
}

/** Alerts that belong together, or a storm of them. */
export interface IncidentRow {
  id: string;
  tenant: string;
  kind: 'incident' | 'storm';
  rule: string;
  action: string;
  /** JSON: values of the rule's groupBy labels. */
  grouped_by: string;
  /** Fingerprint; null for a storm. */
  parent: string | null;
  /** That ever joined. */
  alerts: number;
  opened_at: number;
  updated_at: number;
  closed_at: number | null;
  /** JSON. */
  evidence: string;
  /** JSON: of a storm, its alerts by namespace, name, severity, environment and priority; null for an incident. */
  breakdown: string | null;
  reasons: string;
}

export interface IncidentAlertRow {
  tenant: string;
  fingerprint: string;
  incident_id: string;
  /** When it joined. */
  at: number;
  /** JSON: texts of the evidence that holds for it. */
  because: string;
}

/** When `alert.repeated` was last published for an alert: at most one a minute leaves. */
export interface RepeatPublishedRow {
  alert_key: string;
  at: number;
}

/** What a namespace uses of one NamespaceLimit. */
export interface LimitUseRow {
  /** tenant/rule/namespace */
  key: string;
  tenant: string;
  /** limit/NAME/PRIORITY */
  rule: string;
  namespace: string;
  /** Beginning of the last minute in which an alert was counted, and how many were. */
  minute: number;
  used: number;
  /** The fullest minute so far. */
  peak: number;
  peak_minute: number;
  total: number;
  first_at: number;
  updated_at: number;
}

/** A namespace that alerts were about, as the last decision has it. */
export interface NamespaceRow {
  /** tenant/namespace */
  key: string;
  tenant: string;
  namespace: string;
  environment: string;
  /** Of the alert that was decided last. */
  priority: string;
  policy: string;
  /** Why it has its environment. */
  reason: string;
  first_seen: number;
  last_seen: number;
  /** When its environment was decided last. */
  decided_at: number;
  /** How often alerts opened. */
  alerts: number;
  /** null: something was reported of it in the last 30 days. */
  dormant_at: number | null;
}

/** One event of a namespace's life (see project/namespace.ts). */
export interface NamespaceHistoryRow {
  namespace_key: string;
  type: 'first-seen' | 'reclassified' | 'dormant' | 'returned';
  at: number;
  environment: string;
  /** Its environment before, where that changed. */
  before: string | null;
  policy: string;
  detail: string;
}

/** A namespace that somebody moved, or asked to move, to another environment. */
export interface PromotionRow {
  id: string;
  tenant: string;
  namespace: string;
  state: 'waiting' | 'done' | 'rejected' | 'expired' | 'void';
  from_environment: Environment;
  to_environment: Environment;
  requested_by: string;
  comment: string;
  requested_at: number;
  expires_at: number;
  /** How many must approve. */
  needed: number;
  /** JSON: who may; empty: anybody. */
  approvers: string;
  /** JSON: who said what, in order (see project/promotion.ts). */
  decisions: string;
  ended_at: number | null;
  reasons: string;
}

/** A journal that it is of, by when the server made its stream. */
export interface JournalRow {
  readonly partition: string;
  readonly made: string;
}

export interface Tables {
  journals: JournalRow;
  promotions: PromotionRow;
  cursors: CursorRow;
  alerts: AlertRow;
  alert_history: HistoryRow;
  outcomes: OutcomeRow;
  groups: GroupRow;
  group_members: GroupMemberRow;
  group_decisions: DecisionRow;
  group_history: GroupHistoryRow;
  deliveries: DeliveryRow;
  audience_members: AudienceMemberRow;
  delivery_contents: DeliveryContentRow;
  channel_standings: ChannelStandingRow;
  delivery_alerts: DeliveryAlertRow;
  delivery_history: DeliveryHistoryRow;
  dead_letters: DeadLetterRow;
  repeats_published: RepeatPublishedRow;
  incidents: IncidentRow;
  incident_alerts: IncidentAlertRow;
  limit_use: LimitUseRow;
  namespaces: NamespaceRow;
  namespace_history: NamespaceHistoryRow;
  silences: SilenceRow;
  holds: HoldRow;
}
