/**
 * What a template sees: a copy of the notification in plain data, made for one rendering. docs/templates.md lists its fields. Nothing
 * else can be reached from a template, so what is not in here cannot leak.
 */

import type { LabelSet } from '../../alert/alert.ts';
import { type GroupedAlert, type Notification, tellsOfTaking } from '../../alert/notification.ts';
import { REASONS, type ReasonCode } from '../../alert/reason.ts';
import { dashboardIn, runbookIn } from '../message-facts.ts';
import { sharedLabels } from '../shared-labels.ts';
import { takersOf } from '../taken.ts';
import { TEXTS } from './languages.ts';
import type { Locale } from './locale.ts';

export interface AlertLinks {
  /** Every step of the decision about the alert. */
  readonly explain: string;
  /** Empty where this Herald has no page for it. */
  readonly silence: string;
  readonly acknowledge: string;
}

/** Of the pages that people open from a message. */
export type LinksOf = (alert: GroupedAlert) => AlertLinks;

/** Herald's own, where nobody handed in others. `externalURL`: where people reach this Herald. */
export function linksBelow(externalURL: string): LinksOf {
  const base = externalURL.replace(/\/+$/, '');
  return ({ tenant, fingerprint }) => ({
    explain: `${base}/v1/alerts/${encodeURIComponent(tenant)}/${fingerprint}`,
    silence: '',
    acknowledge: '',
  });
}

export interface AlertView {
  readonly status: string;
  /** The first that it has: annotation summary, description, message, label alertname. */
  readonly summary: string;
  /** Label alertname. */
  readonly name: string;
  readonly description: string;
  readonly labels: LabelSet;
  /** Those that not all alerts of the notification have. */
  readonly ownLabels: LabelSet;
  readonly annotations: LabelSet;
  readonly environment: string;
  readonly priority: string;
  /** Label severity. */
  readonly severity: string;
  /** Unix ms; endsAt null while it fires. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** Milliseconds: until it ended, or until now. */
  readonly duration: number;
  readonly fingerprint: string;
  readonly source: string;
  /** Empty unless it is http or https. */
  readonly generatorURL: string;
  readonly runbook: string;
  readonly dashboard: string;
  readonly businessUnit: string;
  readonly owner: string;
  readonly criticality: string;
  readonly acknowledged: boolean;
  /** Who has it in hand; empty where that is nobody, or not known. */
  readonly acknowledgedBy: string;
  readonly flapping: boolean;
  readonly awaiting: string;
  readonly snoozedUntil: number | null;
  readonly links: AlertLinks;
}

export interface NotificationView {
  readonly id: string;
  readonly tenant: string;
  readonly channel: string;
  readonly groupId: string;
  readonly groupKey: string;
  readonly status: string;
  readonly environment: string;
  readonly priority: string;
  /** Name of the first alert, or what the group has in common. */
  readonly title: string;
  /** Of the first alert. */
  readonly summary: string;
  readonly alerts: readonly AlertView[];
  readonly firing: readonly AlertView[];
  readonly resolved: readonly AlertView[];
  readonly groupLabels: LabelSet;
  readonly commonLabels: LabelSet;
  readonly commonAnnotations: LabelSet;
  readonly counts: {
    readonly total: number;
    readonly shown: number;
    readonly firing: number;
    readonly resolved: number;
    readonly truncated: number;
  };
  readonly reasons: readonly { readonly code: string; readonly meaning: string; readonly detail: string }[];
  /** What was held back until now, a sentence each. */
  readonly held: readonly string[];
  /** It comes by a step of an EscalationPolicy. */
  readonly escalated: boolean;
  /** Nothing is new but that somebody took on what fires. */
  readonly taken: boolean;
  /** Who has what fires in hand; empty where that is nobody, or not known. */
  readonly takenBy: string;
  /** Nothing is new: the repeat interval passed. */
  readonly repeated: boolean;
  readonly recipient: { readonly name: string; readonly address: string } | null;
  readonly links: AlertLinks & { readonly herald: string };
  readonly language: string;
  readonly timeZone: string;
  /** Unix ms. */
  readonly createdAt: number;
  readonly now: number;
}

export interface ViewContext {
  readonly locale: Locale;
  readonly linksOf: LinksOf;
  readonly externalURL: string;
  /** Unix ms. */
  readonly now: number;
}

export function viewOf(notification: Notification, context: ViewContext): NotificationView {
  const { id, tenant, channel, groupId, groupKey, status, environment, priority, groupLabels } = notification;
  const commonLabels = sharedLabels(notification.alerts.map(({ labels }) => labels));
  const alerts = notification.alerts.map((alert) => alertView(alert, commonLabels, context));
  const [first] = alerts;
  const { explain = '', silence = '', acknowledge = '' } = first?.links ?? {};
  const has = (code: ReasonCode) => notification.reasons.some((reason) => reason.code === code);
  return {
    ...{ id, tenant, channel, groupId, groupKey, status, environment, priority, groupLabels },
    title:
      groupLabels.alertname ||
      commonLabels.alertname ||
      first?.name ||
      first?.summary ||
      TEXTS[context.locale.language].nameless,
    summary: first?.summary ?? '',
    alerts,
    firing: alerts.filter((alert) => alert.status === 'firing'),
    resolved: alerts.filter((alert) => alert.status === 'resolved'),
    commonLabels,
    commonAnnotations: sharedLabels(notification.alerts.map(({ annotations }) => annotations)),
    counts: {
      total: alerts.length + notification.truncatedAlerts,
      shown: alerts.length,
      firing: alerts.filter((alert) => alert.status === 'firing').length,
      resolved: alerts.filter((alert) => alert.status === 'resolved').length,
      truncated: notification.truncatedAlerts,
    },
    reasons: notification.reasons.map(({ code, detail }) => ({ code, meaning: REASONS[code] ?? '', detail })),
    held: notification.reasons.filter(({ code }) => code === 'hold.ended').map(({ detail }) => detail),
    escalated: has('group.escalated'),
    taken: tellsOfTaking(notification),
    takenBy: takersOf(notification).join(', '),
    repeated: has('group.repeat'),
    recipient: recipientOf(notification),
    links: { explain, silence, acknowledge, herald: context.externalURL },
    language: context.locale.language,
    timeZone: context.locale.timeZone,
    createdAt: notification.createdAt,
    now: context.now,
  };
}

function recipientOf({ recipient }: Notification): NotificationView['recipient'] {
  return recipient === undefined ? null : { name: recipient.name, address: recipient.address };
}

function alertView(alert: GroupedAlert, common: LabelSet, { linksOf, now }: ViewContext): AlertView {
  const { status, labels, annotations, environment, priority, startsAt, fingerprint, source } = alert;
  // A firing alert may have a time at which it would expire; to people it has not ended.
  const endsAt = status === 'resolved' ? alert.endsAt : null;
  const own = Object.entries(labels).filter(([name]) => !Object.hasOwn(common, name));
  return {
    ...{ status, labels, annotations, environment, priority, startsAt, endsAt, fingerprint, source },
    summary: annotations.summary || annotations.description || annotations.message || labels.alertname || '',
    name: labels.alertname ?? '',
    description: annotations.description || annotations.message || '',
    ownLabels: Object.fromEntries(own),
    severity: labels.severity ?? '',
    duration: Math.max(0, (endsAt ?? now) - startsAt),
    generatorURL: webAddress(alert.generatorURL),
    runbook: runbookIn(annotations) ?? '',
    dashboard: dashboardIn(annotations) ?? '',
    businessUnit: alert.businessUnit ?? '',
    owner: alert.owner ?? '',
    criticality: alert.criticality ?? '',
    acknowledged: alert.acknowledged === true,
    acknowledgedBy: alert.acknowledgedBy ?? '',
    flapping: alert.flapping !== undefined,
    awaiting: alert.awaiting ?? '',
    snoozedUntil: alert.snoozedUntil ?? null,
    links: linksOf(alert),
  };
}

/** Whoever sends alerts must not put `javascript:` behind a link. Empty for everything but web addresses. */
export function webAddress(text: string | undefined): string {
  if (text === undefined || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return '';
  return new URL(text).href;
}
