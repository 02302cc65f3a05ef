import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../alert/reason.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { alertGauge } from '../../gateway/alert-gauge.ts';
import { partitionMetrics } from '../../gateway/partition-metrics.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { byPerson, delivery, heldFlush, opened, repeated, resolved, T0 } from '../archive/journal-of.ts';
import '../support/leaks.ts';

test('[BR-AP-024] violations of the naming standard are counted by tenant when an alert opens', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  const violation = reason('namespace.naming-violation');
  const misnamed = { ...opened(1, 'r1'), reasons: [reason('alert.opened'), violation, violation] } as JournalEvent;
  committed('a0', [misnamed, opened(2, 'r2'), repeated(1, 'r3', 2)], 5);
  assert.match(await metrics.text(), /^herald_naming_violations_total\{tenant="acme"\} 2$/m);
  assert.match(await metrics.text(), /^herald_events_total\{type="alert\.opened",reason="alert\.opened"\} 2$/m);
});

test('[BR-AP-004] [BR-MON-001] conditions of CorrelationRules that fail are counted by tenant and rule', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  const failed = (rule: string) => reason('correlation.condition-failed', `${rule}: no such key: team`);
  const reasons = [reason('alert.opened'), failed('by-team'), failed('by-tier')];
  committed('a0', [{ ...opened(1, 'r1'), reasons } as JournalEvent, opened(2, 'r2'), repeated(1, 'r3', 2)], 5);
  committed('a0', [{ ...repeated(2, 'r4', 2), reasons: [failed('by-team')] } as JournalEvent], 5);
  const text = await metrics.text();
  assert.match(text, /^herald_correlation_condition_failures_total\{tenant="acme",rule="by-team"\} 2$/m);
  assert.match(text, /^herald_correlation_condition_failures_total\{tenant="acme",rule="by-tier"\} 1$/m);
});

test('[BR-AP-008] alerts whose hold begins are counted by the reason that keeps them back', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  committed('a0', [heldFlush(T0, [1, 2]), heldFlush(T0 + 1, [1, 2], 'same'), heldFlush(T0 + 2, [1], 'ended')], 5);
  committed('a0', [heldFlush(T0 + 3, [3], 'began', reason('hold.inhibited', 'by alert x (r)'))], 5);
  assert.match(await metrics.text(), /^herald_alerts_held_total\{reason="hold\.silence"\} 2$/m);
  assert.match(await metrics.text(), /^herald_alerts_held_total\{reason="hold\.inhibited"\} 1$/m);
});

test('[BR-AP-L25] how long alerts are open until somebody takes them on, or until they end, is measured by environment', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  const taken = {
    ...byPerson('alert.acknowledged', 1, T0),
    openFor: 90_000,
    environment: 'production',
  } as JournalEvent;
  const over = {
    ...resolved(2, 'r2'),
    openFor: 3_000_000,
    takenFor: 2_910_000,
    environment: 'staging',
  } as JournalEvent;
  committed('a0', [taken, over, resolved(3, 'r3')], 5);
  const text = await metrics.text();
  assert.match(text, /^herald_alert_open_seconds_bucket\{le="60",until="acknowledged",environment="production"\} 0$/m);
  assert.match(text, /^herald_alert_open_seconds_bucket\{le="120",until="acknowledged",environment="production"\} 1$/m);
  assert.match(text, /^herald_alert_open_seconds_sum\{until="resolved",environment="staging"\} 3000$/m);
  assert.match(text, /^herald_alert_state_seconds_sum\{from="firing",to="acknowledged"\} 90$/m);
  assert.match(text, /^herald_alert_state_seconds_sum\{from="acknowledged",to="resolved"\} 2910$/m);
  assert.equal(text.match(/open_seconds_count/g)?.length, 2, 'a journal of before does not say it');
});

test('[BR-AP-L25] alerts are counted as they stand now, by status, environment and priority', async () => {
  const metrics = createMetrics();
  const counts = new Map([
    ['firing production P1', 3],
    ['resolved staging P3', 0],
  ]);
  alertGauge(metrics, { counts: () => counts });
  assert.match(await metrics.text(), /^herald_alerts\{status="firing",environment="production",priority="P1"\} 3$/m);
  counts.set('firing production P1', 2);
  assert.match(await metrics.text(), /^herald_alerts\{status="firing",environment="production",priority="P1"\} 2$/m);
});

test('[BR-NOT-025] how long notifications took, how deliveries ended and what providers reported is counted by channel', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  const delivered = { ...delivery('delivered', 'n1', [1]), took: 700 } as JournalEvent;
  const receipt = { ...delivery('delivered', 'n1', [1]), type: 'delivery.receipt', step: 'read' } as JournalEvent;
  committed('c0', [delivery('queued', 'n1', [1]), delivery('retry', 'n1', [1]), delivered, receipt], 5);
  const limited = { ...delivery('retry', 'n3', [1]), limited: { counts: false } } as JournalEvent;
  committed('c0', [delivery('dead', 'n2', [1]), limited], 5);
  const text = await metrics.text();
  assert.match(text, /^herald_notification_seconds_bucket\{le="1",channel="acme\/ops"\} 1$/m);
  assert.match(text, /^herald_notification_seconds_bucket\{le="0\.5",channel="acme\/ops"\} 0$/m);
  for (const outcome of ['delivered', 'retry', 'limited', 'dead'])
    assert.match(text, new RegExp(`^herald_deliveries_total\\{channel="acme/ops",outcome="${outcome}"\\} 1$`, 'm'));
  assert.match(text, /^herald_receipts_total\{channel="acme\/ops",step="read"\} 1$/m);
});

test('[BR-ERR-001] attempts that failed are counted by the type of the channel and what they met', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  const failed = (type: string, id: string) =>
    ({ ...delivery('retry', id, [1]), failure: { type, channelType: 'slack', host: 'h.example' } }) as JournalEvent;
  committed(
    'c0',
    [failed('dns', 'n1'), failed('dns', 'n2'), failed('credentials', 'n3'), delivery('dead', 'n4', [1])],
    5,
  );
  const text = await metrics.text();
  assert.match(text, /^herald_delivery_failures_total\{channel_type="slack",failure="dns"\} 2$/m);
  assert.match(text, /^herald_delivery_failures_total\{channel_type="slack",failure="credentials"\} 1$/m);
});
