import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { GroupedAlert } from '../../../alert/notification.ts';
import { type WebhookBody, webhookBody } from '../../../channels/webhook/body.ts';
import { aNotification, anAlert } from '../../support/notification.ts';

const FOLDER = new URL('../../fixtures/payloads/', import.meta.url);
const REAL = readdirSync(FOLDER).filter((name) => name.startsWith('alertmanager-0.25-'));

function read(name: string): Omit<WebhookBody, 'herald'> {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Omit<WebhookBody, 'herald'>;
}

/** Herald keeps milliseconds, Go prints nanoseconds. */
function toMilliseconds(timestamp: string): string {
  return timestamp.replace(/(\.\d{3})\d*Z$/, '$1Z');
}

for (const name of REAL) {
  test(`[BR-NOT-006] what Alertmanager sent goes out again field by field: ${name}`, () => {
    const real = read(name);
    const alerts = real.alerts.map(
      (alert): GroupedAlert =>
        anAlert({
          ...alert,
          status: alert.status === 'firing' ? 'firing' : 'resolved',
          startsAt: Date.parse(alert.startsAt),
          endsAt: alert.status === 'firing' ? null : Date.parse(alert.endsAt),
        }),
    );
    const notification = aNotification({
      channel: real.receiver,
      status: real.status === 'firing' ? 'firing' : 'resolved',
      alerts,
      groupKey: real.groupKey,
      groupLabels: real.groupLabels,
    });
    const { herald: _ours, ...body } = webhookBody(notification, 1, real.externalURL);
    const expected = {
      ...real,
      alerts: real.alerts.map((alert) => ({ ...alert, startsAt: toMilliseconds(alert.startsAt) })),
    };
    assert.deepEqual(body, expected);
    assert.deepEqual(Object.keys(body), Object.keys(real), 'in the same order');
    assert.deepEqual(Object.keys(body.alerts[0] ?? {}), Object.keys(real.alerts[0] ?? {}), 'in the same order');
  });
}

test('there are real payloads to compare with', () => {
  assert.ok(REAL.length >= 3);
});

test('[BR-NOT-006] herald adds the identity, the decision and the attempt', () => {
  const notification = aNotification();
  assert.deepEqual(webhookBody(notification, 3, '').herald, {
    notificationId: notification.id,
    groupId: notification.groupId,
    environment: 'production',
    priority: 'P1',
    reasons: notification.reasons,
    attempt: 3,
  });
});

test('only what all alerts have in common is common, and an empty value is not a missing label', () => {
  const alerts = [
    anAlert({ labels: { alertname: 'A', pod: 'x', zone: '' }, annotations: { summary: 's', runbook: 'r' } }),
    anAlert({ labels: { alertname: 'A', pod: 'y' }, annotations: { summary: 's' } }),
  ];
  const body = webhookBody(aNotification({ alerts }), 1, '');
  assert.deepEqual(body.commonLabels, { alertname: 'A' });
  assert.deepEqual(body.commonAnnotations, { summary: 's' });
});

test('a label named like a property of every object stays a label', () => {
  const labels = JSON.parse('{"__proto__":"p","constructor":"c"}') as Record<string, string>;
  const body = webhookBody(aNotification({ alerts: [anAlert({ labels }), anAlert({ labels })] }), 1, '');
  assert.equal(JSON.stringify(body.commonLabels), JSON.stringify(labels));
});

test('a firing alert has not ended, even when its sender said when it would expire', () => {
  const alerts = [anAlert({ endsAt: Date.parse('2026-11-23T09:01:00Z') })];
  assert.equal(webhookBody(aNotification({ alerts }), 1, '').alerts[0]?.endsAt, '0001-01-01T00:00:00Z');
});

test('left-off alerts are counted', () => {
  assert.equal(webhookBody(aNotification({ truncatedAlerts: 7 }), 1, '').truncatedAlerts, 7);
});
