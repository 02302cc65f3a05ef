/** What a preview is about: alerts that somebody gives, an alert that Herald knows, or a made-up one. */

import type { Alert } from '../alert/alert.ts';
import { dryRun } from '../alert/dry-run.ts';
import { knownAttributes } from '../alert/namespace.ts';
import type { GroupedAlert, Notification, Recipient } from '../alert/notification.ts';
import { buildNotification } from '../alert/notification-build.ts';
import type { Policy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';

/** Plays no part in what a message says. */
const TIMING = { groupWait: 0, groupInterval: 1, repeatInterval: 1, channels: [] };

export interface Occasion {
  readonly tenant: string;
  readonly channel: string;
  readonly recipient: Recipient | null;
  /** Unix ms. */
  readonly now: number;
}

/** As if all of them were one group, whose route tells the channel. null: none of them is of the tenant. */
export function notificationOf(alerts: readonly Alert[], policy: Policy, occasion: Occasion): Notification | null {
  const { tenant, channel, recipient, now } = occasion;
  const ours = alerts.filter((alert) => alert.tenant === tenant);
  if (ours.length === 0) return null;
  const tried = ours.map((alert) => ({ alert, decision: dryRun(policy, alert, now) }));
  const grouped = tried.map(({ alert, decision }): GroupedAlert => {
    const { environment, priority, labels } = decision;
    return { ...alert, labels, environment, priority, ...knownAttributes(decision) };
  });
  const groups = tried.flatMap(({ decision }) => decision.groups);
  const group = groups.find(({ channels }) => channels.includes(channel)) ?? groups[0];
  const labels = group?.labels ?? {};
  const inOrder = grouped.toSorted((a, b) => a.status.localeCompare(b.status) || a.startsAt - b.startsAt);
  return buildNotification({
    id: 'n-preview-1',
    group: { tenant, id: '0123456789abcdef', key: group?.key ?? '{}:{}', labels, timing: TIMING },
    channel,
    ...(recipient === null ? {} : { recipient }),
    alerts: inOrder,
    maxAlerts: policy.channel(tenant, channel)?.maxAlerts ?? 0,
    reasons: [reason('group.first')],
    now,
  });
}

const ENDED = new Set<unknown>(['resolved', 'closed', 'aged']);

/** Of the answer of `GET /v1/alerts/{tenant}/{fingerprint}`. */
export function alertFrom(answer: Readonly<Record<string, unknown>>): KnownAlert {
  const { tenant, fingerprint, status, labels, annotations, generatorURL, source, startsAt, endsAt } = answer;
  return {
    tenant: String(tenant),
    fingerprint: String(fingerprint),
    status: ENDED.has(status) ? 'resolved' : 'firing',
    labels: textsOf(labels),
    annotations: textsOf(annotations),
    startsAt: Date.parse(String(startsAt)),
    endsAt: typeof endsAt === 'string' ? Date.parse(endsAt) : null,
    generatorURL: typeof generatorURL === 'string' ? generatorURL : '',
    source: String(source ?? ''),
    ...(status === 'acknowledged' ? { acknowledged: true, ...takerIn(answer.acknowledged) } : {}),
  };
}

/** With what people said of it. */
export type KnownAlert = Alert & Pick<GroupedAlert, 'acknowledged' | 'acknowledgedBy'>;

function takerIn(acknowledgement: unknown): Pick<GroupedAlert, 'acknowledgedBy'> {
  const { by } = (acknowledgement ?? {}) as { readonly by?: unknown };
  return typeof by === 'string' ? { acknowledgedBy: by } : {};
}

function textsOf(value: unknown): Record<string, string> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {};
}

/** For who has no alert at hand. */
export function sampleAlert(tenant: string, now: number): Alert {
  return {
    tenant,
    fingerprint: '0123456789abcdef',
    status: 'firing',
    labels: { alertname: 'HighLatency', namespace: 'shop-prod', severity: 'critical', pod: 'api-7d9f-x1' },
    annotations: {
      summary: 'Requests take longer than 2 s',
      description: 'The 99th percentile of the shop has been above 2 s for 10 minutes.',
      runbook_url: 'https://runbooks.example/high-latency',
    },
    startsAt: now - 600_000,
    endsAt: null,
    generatorURL: 'https://prometheus.example/graph?g0.expr=latency',
    source: 'preview',
  };
}
