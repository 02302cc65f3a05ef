import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../alert/reason.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { partitionMetrics } from '../../gateway/partition-metrics.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { heldFlush, opened, repeated, T0 } from '../archive/journal-of.ts';
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

test('[BR-AP-008] alerts whose hold begins are counted by the reason that keeps them back', async () => {
  const metrics = createMetrics();
  const { committed } = partitionMetrics(metrics);
  committed('a0', [heldFlush(T0, [1, 2]), heldFlush(T0 + 1, [1, 2], 'same'), heldFlush(T0 + 2, [1], 'ended')], 5);
  committed('a0', [heldFlush(T0 + 3, [3], 'began', reason('hold.inhibited', 'by alert x (r)'))], 5);
  assert.match(await metrics.text(), /^herald_alerts_held_total\{reason="hold\.silence"\} 2$/m);
  assert.match(await metrics.text(), /^herald_alerts_held_total\{reason="hold\.inhibited"\} 1$/m);
});
