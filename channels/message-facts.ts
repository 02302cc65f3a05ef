/** What messages to people hold besides the words of their templates, for channels whose structure is built here. */

import type { LabelSet } from '../alert/alert.ts';
import type { GroupedAlert, Notification } from '../alert/notification.ts';
import { takenFact } from './taken.ts';
import { capitalized, type Wording } from './wording.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Where the value is a time: Unix ms, for chats that show times in the zone of each reader. */
  readonly at?: number;
}

/** One alert of several, to be shown in a line or two. All of it comes from outside and is one line without control characters. */
export interface AlertLine {
  readonly status: GroupedAlert['status'];
  /** `acknowledged`, `flapping`, ... in the reader's language; '' where nothing is to be said. */
  readonly mark: string;
  readonly summary: string;
  /** Those by which it differs from the others of its group: `pod="api-1" node="n7"`. */
  readonly labels: string;
  /** Where its source shows it; null: it named no http or https address. */
  readonly link: string | null;
  /** Unix time in milliseconds. */
  readonly since: number;
  /** null: it has not. */
  readonly ended: number | null;
}

const VALUE_LENGTH = 120;
const SUMMARY_LENGTH = 500;
const LABELS = 8;

/** In the reader's language and time zone. */
export function factsOf(notification: Notification, wording: Wording): Fact[] {
  const { environment, priority, groupLabels, alerts } = notification;
  const { words } = wording;
  const namespaces = new Set(alerts.map(({ labels }) => labels.namespace ?? '').filter((name) => name !== ''));
  const since = Math.min(...alerts.map(({ startsAt }) => startsAt));
  const ended = notification.status === 'resolved' ? Math.max(...alerts.map(({ endsAt }) => endsAt ?? -1)) : -1;
  const facts: Fact[] = [
    { name: words.priority, value: wording.priority(priority) },
    { name: words.environment, value: wording.environment(environment) },
    {
      name: words.namespace,
      value: namespaces.size === 1 ? [...namespaces][0]! : namespaces.size > 1 ? `${namespaces.size}` : '',
    },
    ...(Number.isFinite(since) ? [timeFact(words.since, since, wording)] : []),
    ...(ended >= 0 ? [timeFact(words.ended, ended, wording)] : []),
    ...takenFact(notification, wording),
    { name: words.owner, value: alerts[0]?.owner ?? '' },
    ...Object.entries(groupLabels)
      .filter(([name]) => name !== 'alertname' && name !== 'namespace')
      .map(([name, value]) => ({ name, value })),
  ];
  // What is empty once it is made fit to be shown is left out: chats refuse empty fields.
  return facts
    .map((fact) => ({ ...fact, name: line(fact.name), value: line(fact.value) }))
    .filter(({ name, value }) => name !== '' && value !== '');
}

function timeFact(name: string, at: number, { time, language }: Wording): Fact {
  return { name: capitalized(name, language), value: time(at), at };
}

/** At most `most` of them; `more`: how many the group has besides. */
export function alertLines(
  notification: Notification,
  most: number,
  wording: Wording,
): { lines: AlertLine[]; more: number } {
  const { alerts, truncatedAlerts } = notification;
  const shown = alerts.slice(0, most);
  return {
    lines: shown.map((alert) => alertLine(alert, notification.groupLabels, wording)),
    more: alerts.length + truncatedAlerts - shown.length,
  };
}

function alertLine(alert: GroupedAlert, groupLabels: LabelSet, wording: Wording): AlertLine {
  return {
    status: alert.status,
    mark: statesOf(alert, wording).join(', '),
    summary: summaryOf(alert) || wording.words.nameless,
    labels: labelsOf(alert.labels, groupLabels),
    link: webLink(alert.generatorURL),
    since: alert.startsAt,
    // A firing alert may have a time at which it would expire.
    ended: alert.status === 'resolved' ? alert.endsAt : null,
  };
}

function summaryOf(alert: GroupedAlert): string {
  const { summary, description, message } = alert.annotations;
  return line(summary || description || message || alert.labels.alertname || '', SUMMARY_LENGTH);
}

/** What was held back until now, and the like: what the reader would otherwise wonder about. */
export function heldLines({ reasons }: Notification): string[] {
  return reasons.filter(({ code }) => code === 'hold.ended').map(({ detail }) => line(detail, SUMMARY_LENGTH));
}

/** Annotations by which senders name pages, the best first; Grafana's are `panelURL` and `dashboardURL`. */
const RUNBOOK = ['runbook_url', 'runbook'] as const;
const DASHBOARD = ['dashboard_url', 'dashboard', 'panelURL', 'dashboardURL'] as const;

/** Shown as links: none of them is shown as text once more. */
export const LINK_ANNOTATIONS: ReadonlySet<string> = new Set([...RUNBOOK, ...DASHBOARD, 'silenceURL']);

/** Where the operator's own page on an alert is, and a dashboard of it. null: no page that a browser opens is named. */
export function runbookIn(annotations: LabelSet): string | null {
  return pageIn(annotations, RUNBOOK);
}

export function dashboardIn(annotations: LabelSet): string | null {
  return pageIn(annotations, DASHBOARD);
}

function pageIn(annotations: LabelSet, names: readonly string[]): string | null {
  return names.map((name) => webLink(annotations[name] ?? '')).find((url) => url !== null) ?? null;
}

/** The one page of all alerts; null where they have none, or not the same. */
export function runbookOf(notification: Notification): string | null {
  return sharedPage(notification, runbookIn);
}

export function dashboardOf(notification: Notification): string | null {
  return sharedPage(notification, dashboardIn);
}

function sharedPage({ alerts }: Notification, pageOf: (annotations: LabelSet) => string | null): string | null {
  const urls = new Set(alerts.map(({ annotations }) => pageOf(annotations)));
  return urls.size === 1 ? [...urls][0]! : null;
}

/** Only addresses that a browser opens as a page: annotations come from outside. */
export function webLink(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  const { href } = new URL(url);
  return href.length <= 2000 ? href : null;
}

/** Of this Herald; null where it knows itself as loopback, which leads its readers nowhere. */
export function openLink(externalURL: string): string | null {
  const link = webLink(externalURL);
  return link === null || /^(localhost|127\.|\[::1\])/.test(new URL(link).hostname) ? null : link;
}

/** `since ..., ended ...`; `show`: in the form of the channel. */
export function spanOf(
  { since, ended }: AlertLine,
  { words, time }: Wording,
  show: (time: number) => string = time,
): string {
  const begun = `${words.since} ${show(since)}`;
  return ended === null ? begun : `${begun}, ${words.ended} ${show(ended)}`;
}

/** Whole characters: at most `most` UTF-16 units, the last of which says that something was cut. */
export function cut(text: string, most: number): string {
  return text.length > most
    ? `${text
        .slice(0, Math.max(0, most - 1))
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`
    : text;
}

function takenBy(acknowledged: string, name: string): string {
  return name === '' ? acknowledged : line(`${acknowledged}: ${name}`);
}

/** What people did about it, and what keeps it. */
export function statesOf(alert: GroupedAlert, { words, time }: Wording): string[] {
  return [
    ...(alert.acknowledged === true ? [takenBy(words.acknowledged, alert.acknowledgedBy ?? '')] : []),
    ...(alert.snoozedUntil === undefined ? [] : [`${words.snoozed} ${time(alert.snoozedUntil)}`]),
    ...(alert.awaiting === undefined ? [] : [line(`${words.awaiting} (${alert.awaiting})`)]),
    ...(alert.flapping === undefined ? [] : [words.flapping]),
  ];
}

function labelsOf(labels: LabelSet, groupLabels: LabelSet): string {
  const own = Object.entries(labels).filter(([name, value]) => groupLabels[name] !== value);
  const shown = own.slice(0, LABELS).map(([name, value]) => `${line(name)}="${line(value)}"`);
  return own.length > LABELS ? `${shown.join(' ')} …` : shown.join(' ');
}

function line(text: string, most = VALUE_LENGTH): string {
  return cut(text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim(), most).toWellFormed();
}
