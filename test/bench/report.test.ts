import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUDGETS, standingOf } from '../../bench/rig/budget.ts';
import { against, render } from '../../bench/rig/report.ts';
import { createPrint } from '../../bin/print.ts';
import '../support/leaks.ts';

const { style } = createPrint({ write: () => true }, { write: () => true }, {});

test('a figure that must be high stands by its bounds from below, the bounds included', () => {
  const { decided } = BUDGETS;
  assert.equal(standingOf(decided, 14_999), 'not met');
  assert.equal(standingOf(decided, 15_000), 'met');
  assert.equal(standingOf(decided, 30_000), 'aim met');
});

test('a figure that must be low stands by its bounds from above', () => {
  const latency = BUDGETS['notified-p99'];
  assert.equal(standingOf(latency, 250.1), 'not met');
  assert.equal(standingOf(latency, 250), 'met');
  assert.equal(standingOf(latency, 50), 'aim met');
  assert.equal(standingOf(latency, Number.NaN), 'not met');
});

test('every aim is beyond its must', () => {
  for (const { what, better, must, aim } of Object.values(BUDGETS)) {
    assert.ok(better === 'higher' ? aim > must : aim < must, what);
  }
});

test('[BR-MON-009] a report names the machine, the figures, the requirement, the budget, and what was not measured', () => {
  const lines = render(
    {
      benchmark: 'pipeline',
      quick: false,
      machine: { cores: 2, cpu: 'a processor', node: '22.1.0', nats: 'v2.9.10', loadBefore: 0.5 },
      rows: [{ case: 'all of it', throughput: 16_000.4, unit: 'alerts/s', p50: 1.234, p99: 45, rss: 300 }],
      verdicts: [against('decided', 16_000.4)],
      omitted: ['the peer: it is not installed'],
    },
    style,
  );
  const text = lines.join('\n');
  for (const part of [
    '2 cores (a processor), Node 22.1.0, NATS v2.9.10',
    'all of it  16,000 alerts/s  1.23 ms  45 ms  300 MB',
    'met       16,000 alerts/s  15,000  30,000  BR-PERF-007 BR-PERF-035',
    'not measured: the peer: it is not installed',
  ]) {
    assert.ok(text.includes(part), `${part}\nis not in\n${text}`);
  }
});
