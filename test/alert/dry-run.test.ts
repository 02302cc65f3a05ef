import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../alert/dry-run.ts';
import { decideAlert } from '../../alert/lifecycle.ts';
import { aPolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const policy = aPolicy();
const alert = anAlert({ labels: { alertname: 'X', namespace: 'prod-a' } });

test('[BR-WH-019] a dry run says what an alert would mean and who would hear of it', () => {
  const { reasons, ...result } = dryRun(policy, alert, 0);
  assert.deepEqual(result, {
    environment: 'production',
    priority: 'P1',
    namespace: 'prod-a',
    dropped: false,
    labels: alert.labels,
    groups: [{ key: '{}:{alertname="X"}', labels: { alertname: 'X' }, groupWait: 30_000, channels: ['ops'] }],
  });
  assert.ok(reasons.some((one) => one.code === 'route.matched'));
});

test('[BR-WH-019] it is what the real decision does', () => {
  const report = { kind: 'report' as const, alert, cause: { receipt: 'r', index: 0 } };
  const { effects } = decideAlert(null, report, 0, policy);
  assert.deepEqual(
    dryRun(policy, alert, 0).groups.map((group) => group.key),
    effects.map((effect) => effect.group.key),
  );
});
