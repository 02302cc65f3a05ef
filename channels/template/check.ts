/** Whether a text that an operator wrote can be rendered: read, and tried on notifications such as will come. */

import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import { reason } from '../../alert/reason.ts';
import { compile, type TemplateFault } from './engine.ts';
import { localeOf } from './locale.ts';
import { linksBelow, viewOf } from './view.ts';

const NOW = Date.UTC(2026, 0, 15, 9, 30);

/** null: it can be. */
export function templateFault(source: string): TemplateFault | null {
  const compiled = compile(source, 'none');
  if (!compiled.ok) return compiled.fault;
  for (const notification of SAMPLES) {
    const locale = localeOf(notification, {});
    const externalURL = 'https://herald.example';
    const view = viewOf(notification, { locale, linksOf: linksBelow(externalURL), externalURL, now: NOW });
    const rendering = compiled.render(view, { locale, now: NOW });
    if (!rendering.ok) return rendering.fault;
  }
  return null;
}

const ALERT: GroupedAlert = {
  tenant: 'default',
  fingerprint: '0123456789abcdef',
  status: 'firing',
  labels: { alertname: 'HighLatency', namespace: 'shop-prod', severity: 'critical', pod: 'api-1' },
  annotations: {
    summary: 'Latency is high',
    description: 'p99 above 2 s',
    runbook_url: 'https://runbooks.example/latency',
  },
  startsAt: NOW - 600_000,
  endsAt: null,
  generatorURL: 'https://prometheus.example/graph',
  source: 'prometheus',
  environment: 'production',
  priority: 'P1',
};

const SAMPLE: Notification = {
  id: 'n-0123456789abcdef-1',
  tenant: 'default',
  groupId: '0123456789abcdef',
  groupKey: '{}:{alertname="HighLatency"}',
  groupLabels: { alertname: 'HighLatency' },
  channel: 'ops',
  status: 'firing',
  alerts: [ALERT],
  truncatedAlerts: 0,
  environment: 'production',
  priority: 'P1',
  reasons: [reason('group.first')],
  createdAt: NOW,
};

/** The usual one; one that ended, to a person; one that has hardly anything; one that somebody took on. */
const SAMPLES: readonly Notification[] = [
  SAMPLE,
  {
    ...SAMPLE,
    status: 'resolved',
    alerts: [{ ...ALERT, status: 'resolved', endsAt: NOW, owner: 'shop', businessUnit: 'retail' }],
    truncatedAlerts: 3,
    reasons: [reason('group.all-resolved'), reason('hold.ended', '2 alerts were held back')],
    recipient: { name: 'user/alice', address: 'alice@example.org', language: 'de', timeZone: 'Europe/Berlin' },
  },
  {
    ...SAMPLE,
    groupLabels: {},
    alerts: [
      { ...ALERT, labels: {}, annotations: {}, generatorURL: '' },
      { ...ALERT, acknowledged: true },
    ],
    reasons: [reason('group.repeat')],
  },
  {
    ...SAMPLE,
    alerts: [{ ...ALERT, acknowledged: true, acknowledgedBy: 'alice' }],
    reasons: [reason('group.acknowledged', 'by alice')],
  },
];
