/** Notifications to send in tests: a plausible one, with whatever the test wants different. */

import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import { reason } from '../../alert/reason.ts';

export function anAlert(change: Partial<GroupedAlert> = {}): GroupedAlert {
  return {
    tenant: 'default',
    fingerprint: '089c6e69d2c44267',
    status: 'firing',
    labels: { alertname: 'KubePodCrashLooping', namespace: 'payments-prod', pod: 'api-7d9f-x1', severity: 'critical' },
    annotations: { summary: 'Pod is crash looping' },
    startsAt: Date.parse('2026-11-23T08:57:22.338Z'),
    endsAt: null,
    generatorURL: 'http://prometheus.example/graph?g0.expr=up',
    source: 'alertmanager',
    environment: 'production',
    priority: 'P1',
    ...change,
  };
}

export function aNotification(change: Partial<Notification> = {}): Notification {
  return {
    id: 'n-5f1c9a3e00d2b764-1',
    tenant: 'default',
    groupId: '5f1c9a3e00d2b764',
    groupKey: '{}:{alertname="KubePodCrashLooping", namespace="payments-prod"}',
    groupLabels: { alertname: 'KubePodCrashLooping', namespace: 'payments-prod' },
    channel: 'ops',
    status: 'firing',
    alerts: [anAlert()],
    truncatedAlerts: 0,
    environment: 'production',
    priority: 'P1',
    reasons: [reason('group.first')],
    createdAt: Date.parse('2026-11-23T08:57:23.100Z'),
    ...change,
  };
}
