/**
 * The events of a notification, field by field as the Events API v2 wants them, each within its limits.
 * Source: https://developer.pagerduty.com/docs/send-alert-event (fields, severities, lengths) and
 * https://developer.pagerduty.com/docs/events-api-v2-overview (512 KB for an event).
 */

import { createHash } from 'node:crypto';
import { type GroupedAlert, type Notification, tellsOfTaking } from '../../alert/notification.ts';
import { dashboardIn, runbookIn } from '../message-facts.ts';
import { shortened } from '../shorten.ts';
import { oneLine } from '../template/printable.ts';
import type { PagerdutySettings, Severity } from './options.ts';

export interface PagerdutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  /** Only a trigger needs one. */
  readonly payload?: PagerdutyPayload;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly client?: string;
  readonly client_url?: string;
}

export interface PagerdutyPayload {
  readonly summary: string;
  readonly source: string;
  readonly severity: Severity;
  readonly timestamp: string;
  readonly component?: string;
  readonly group?: string;
  readonly class?: string;
  readonly custom_details: Readonly<Record<string, unknown>>;
}

export const MAX_EVENT_BYTES = 512 * 1024;
const MAX_SUMMARY = 1024;
const MAX_FIELD = 255;
/** More help nobody who was just woken up. */
const MAX_LINKS = 10;

/** `summary`: one line about the group. */
export function eventsOf(
  notification: Notification,
  settings: PagerdutySettings,
  externalURL: string,
  summary: string,
): PagerdutyEvent[] {
  const events = allEvents(notification, settings, externalURL, summary);
  // The others ring as they did: nothing is to be said of them.
  return tellsOfTaking(notification) ? events.filter(({ event_action }) => event_action !== 'trigger') : events;
}

function allEvents(
  notification: Notification,
  settings: PagerdutySettings,
  externalURL: string,
  summary: string,
): PagerdutyEvent[] {
  if (settings.dedup === 'group')
    return [eventOf(notification, groupKey(notification), settings, externalURL, summary)];
  return notification.alerts.map((alert) => {
    const alone = {
      ...notification,
      status: alert.status,
      priority: alert.priority,
      alerts: [alert],
      truncatedAlerts: 0,
    };
    return eventOf(alone, alertKey(alert), settings, externalURL, oneAlert(alert));
  });
}

/** The same for every notification of the group: PagerDuty opens one incident and ends that one. */
export function groupKey({ tenant, groupId }: Notification): string {
  return keyOf([tenant, groupId]);
}

function alertKey({ tenant, fingerprint }: GroupedAlert): string {
  return keyOf([tenant, fingerprint]);
}

/** At most 255 characters, whatever the tenants are called. */
function keyOf(parts: readonly string[]): string {
  return `herald-${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40)}`;
}

function eventOf(
  notification: Notification,
  dedupKey: string,
  settings: PagerdutySettings,
  externalURL: string,
  summary: string,
): PagerdutyEvent {
  const head = { routing_key: settings.routingKey, dedup_key: dedupKey };
  if (notification.status === 'resolved') return { ...head, event_action: 'resolve' };
  const firing = notification.alerts.filter(({ status }) => status === 'firing');
  if (firing.length > 0 && firing.every(({ acknowledged }) => acknowledged === true)) {
    return { ...head, event_action: 'acknowledge' };
  }
  const event = (alerts: readonly GroupedAlert[], longest: number): PagerdutyEvent => ({
    ...head,
    event_action: 'trigger',
    payload: payloadOf(notification, settings, summary, alerts, longest),
    links: linksOf(notification, externalURL),
    client: 'Herald',
    client_url: externalURL,
  });
  return withinLimit(notification.alerts, event);
}

/** Half of the alerts less until it fits; the last one with its texts cut. */
function withinLimit(
  alerts: readonly GroupedAlert[],
  event: (alerts: readonly GroupedAlert[], longest: number) => PagerdutyEvent,
): PagerdutyEvent {
  for (let shown = alerts.length; ; shown >>= 1) {
    const whole = event(alerts.slice(0, shown), Number.POSITIVE_INFINITY);
    if (sizeOf(whole) <= MAX_EVENT_BYTES) return whole;
    if (shown <= 1) return event(alerts.slice(0, 1), MAX_FIELD);
  }
}

export function sizeOf(event: PagerdutyEvent): number {
  return Buffer.byteLength(JSON.stringify(event), 'utf8');
}

function payloadOf(
  notification: Notification,
  { severities, labels }: PagerdutySettings,
  summary: string,
  alerts: readonly GroupedAlert[],
  longest: number,
): PagerdutyPayload {
  const [first] = notification.alerts;
  const of = (name: string) =>
    shortened(oneLine(notification.groupLabels[name] ?? first?.labels[name] ?? ''), MAX_FIELD);
  const given = { component: of(labels.component), group: of(labels.group), class: of(labels.class) };
  return {
    summary: shortened(oneLine(summary), MAX_SUMMARY),
    // Required: without the label, what told us of it.
    source: of(labels.source) || given.group || shortened(first?.source ?? 'herald', MAX_FIELD),
    severity: severities[notification.priority],
    timestamp: new Date(first?.startsAt ?? notification.createdAt).toISOString(),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
    custom_details: detailsOf(notification, alerts, longest),
  };
}

/** Labels and annotations of one alert may be larger than an event: then only so many of each, and none longer than that. */
const MOST_WHEN_CUT = 50;
const MOST_REASONS = 20;

function detailsOf(notification: Notification, alerts: readonly GroupedAlert[], longest: number) {
  const { alerts: all, truncatedAlerts, environment, priority, tenant, id, reasons } = notification;
  const cut = (set: Readonly<Record<string, string>>) =>
    longest === Number.POSITIVE_INFINITY
      ? set
      : Object.fromEntries(
          Object.entries(set)
            .slice(0, MOST_WHEN_CUT)
            .map(([name, value]) => [shortened(name, longest), shortened(value, longest)]),
        );
  const left = all.length + truncatedAlerts - alerts.length;
  return {
    environment,
    priority,
    tenant,
    firing: all.filter(({ status }) => status === 'firing').length,
    resolved: all.filter(({ status }) => status === 'resolved').length,
    notification: id,
    reasons: reasons
      .slice(0, MOST_REASONS)
      .map(({ code, detail }) => (detail === '' ? code : shortened(`${code}: ${detail}`, 500))),
    alerts: alerts.map((alert) => ({
      status: alert.status,
      labels: cut(alert.labels),
      annotations: cut(alert.annotations),
      startsAt: new Date(alert.startsAt).toISOString(),
      ...(alert.endsAt === null ? {} : { endsAt: new Date(alert.endsAt).toISOString() }),
    })),
    ...(left > 0 ? { alertsLeftOff: left } : {}),
  };
}

function linksOf({ alerts }: Notification, externalURL: string): { href: string; text: string }[] {
  const links = alerts.slice(0, MAX_LINKS).flatMap(({ annotations, generatorURL, tenant, fingerprint, labels }) => [
    { href: runbookIn(annotations) ?? '', text: 'Runbook' },
    { href: dashboardIn(annotations) ?? '', text: 'Dashboard' },
    { href: generatorURL, text: `Source of ${oneLine(labels.alertname ?? 'the alert')}` },
    {
      href: `${externalURL.replace(/\/+$/, '')}/v1/alerts/${encodeURIComponent(tenant)}/${fingerprint}`,
      text: 'Why Herald told this',
    },
  ]);
  const usable = links.filter(({ href }) => /^https?:\/\//i.test(href) && URL.canParse(href) && href.length <= 2000);
  const byAddress = new Map(usable.map((link) => [link.href, { ...link, text: shortened(link.text, MAX_FIELD) }]));
  return [...byAddress.values()].slice(0, MAX_LINKS);
}

function oneAlert(alert: GroupedAlert): string {
  const { summary, description, message } = alert.annotations;
  const name = alert.labels.alertname ?? 'alert';
  const said = summary || description || message || '';
  return said === '' ? name : `${name}: ${said}`;
}
