import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createMetrics } from '../../telemetry/metrics.ts';
import { CounterTally, HistogramTally } from '../../telemetry/tally.ts';

test('[BR-MON-001] a tally is exposed in the Prometheus text format', async () => {
  const registry = new Registry();
  const counter = new CounterTally(registry, { name: 'c_total', help: 'C.', labels: ['a', 'b'] });
  counter.add(2, 'x', 'y"');
  counter.add(1, 'x', 'y"');
  const histogram = new HistogramTally(registry, { name: 'h', help: 'H.', labels: ['a'], buckets: [1, 2] });
  for (const value of [0.5, 1, 1.5, 99]) histogram.observe(value, 'x');
  const text = await registry.metrics();
  assert.match(text, /# TYPE c_total counter\nc_total\{a="x",b="y\\""\} 3\n/);
  assert.match(
    text,
    /# TYPE h histogram\nh_bucket\{le="1",a="x"\} 2\nh_bucket\{le="2",a="x"\} 3\nh_bucket\{le="\+Inf",a="x"\} 4\n/,
  );
  assert.match(text, /h_sum\{a="x"\} 102\nh_count\{a="x"\} 4\n/);
});

test('two registries count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.alerts.accepted('s', 'herald', 3);
  assert.match(await one.text(), /herald_alerts_accepted_total\{source="s",format="herald"\} 3/);
  assert.doesNotMatch(await other.text(), /source="s"/);
});
