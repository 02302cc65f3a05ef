import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import { reason } from '../../alert/reason.ts';
import { partitionMetrics } from '../../gateway/partition-metrics.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { fingerprintOf, T0 } from '../archive/journal-of.ts';
import { anAlert } from '../rules/window-alert.ts';
import { ServedApi } from './served-api.ts';

const MINUTE = 60_000;
const RULE = 'limit/default/P3';

function counted(n: number, at: number, namespace: string, rule = RULE): CorrelationEvent {
  return {
    type: 'correlation.entered',
    key: 'acme',
    at,
    alert: { ...anAlert({ alertname: 'Down' }), fingerprint: fingerprintOf(n) },
    kept: false,
    counted: [{ rule, key: { namespace }, within: MINUTE }],
    storms: [],
    reasons: [],
  };
}

const stormOf = (namespace: string): CorrelationEvent => ({
  type: 'storm.opened',
  key: 'acme',
  at: T0 + MINUTE,
  incident: `storm-${namespace}`,
  rule: RULE,
  groupedBy: { namespace },
  breakdown: { alerts: 3, namespaces: {}, alertnames: {}, severities: {}, environments: {}, priorities: {} },
  phase: 'rising',
  reasons: [reason('storm.opened')],
});

test('[BR-AP-027] what each namespace uses of its limits is told by the minute, with its fullest one and the storm that it is in', async () => {
  const shop = [0, 1, 2].map((n) => counted(n, T0 + MINUTE + n, 'shop'));
  const api = await new ServedApi().start(
    [counted(9, T0, 'shop'), ...shop],
    [stormOf('shop'), counted(10, T0 + 2 * MINUTE, 'shop')],
    [counted(11, T0 + 2 * MINUTE, 'billing', 'limit/gone/P1'), counted(12, T0, 'x', 'too-many')],
  );
  api.now = T0 + 2 * MINUTE + 30_000;
  const { status, body } = await api.get('/v1/limits?tenant=acme&namespace=shop');
  assert.equal(status, 200);
  assert.deepEqual(body.limits, [
    {
      tenant: 'acme',
      limit: 'default',
      priority: 'P3',
      namespace: 'shop',
      allowed: 100,
      used: 1,
      peak: 3,
      peakMinute: '2026-11-23T09:01:00.000Z',
      total: 5,
      since: '2026-11-23T09:00:00.000Z',
      lastAt: '2026-11-23T09:02:00.000Z',
      storm: 'storm-shop',
    },
  ]);
  const all = (await api.get('/v1/limits')).body.limits;
  assert.deepEqual(
    all.map(({ namespace, limit, allowed, storm }: Record<string, unknown>) => [namespace, limit, allowed, storm]),
    [
      ['billing', 'gone', null, null],
      ['shop', 'default', 100, 'storm-shop'],
    ],
    'other storm rules are no limits',
  );
  api.now = T0 + 5 * MINUTE;
  assert.equal((await api.get('/v1/limits?namespace=shop')).body.limits[0].used, 0, 'the minute is over');
  const first = (await api.get('/v1/limits?limit=1')).body;
  const second = (await api.get(`/v1/limits?limit=1&cursor=${first.next}`)).body;
  assert.deepEqual([first.limits[0].namespace, second.limits[0].namespace, second.next], ['billing', 'shop', null]);
});

test('[BR-AP-027] alerts that count against a limit are a metric by tenant and limit', async () => {
  const metrics = createMetrics();
  partitionMetrics(metrics).committed(
    'a0',
    [counted(1, T0, 'a'), counted(2, T0, 'b'), counted(3, T0, 'c', 'other')],
    1,
  );
  const text = await metrics.text();
  assert.match(text, /^herald_namespace_limit_alerts_total\{tenant="acme",limit="default\/P3"\} 2$/m);
  assert.equal(text.match(/^herald_namespace_limit_alerts_total\{/gm)?.length, 1);
});
