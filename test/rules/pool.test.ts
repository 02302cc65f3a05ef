import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correlate } from '../../rules/correlate.ts';
import { type CorrelateTask, createRulesPool, PoolTimeout } from '../../rules/pool.ts';
import { compileProfiler, type ProfileRules } from '../../rules/profile.ts';
import { atEnd } from '../support/leaks.ts';
import { aRule, nodeDown, noise } from './window-alert.ts';

const staging = { name: 'staging', patterns: ['-stg$'], exclude: ['^not-'], priority: 'P2' } as const;

const rulesOf = (environment: ProfileRules['environments']['environments'][number]): ProfileRules => ({
  tenant: 'default',
  environments: { policy: 'default/main', default: 'production', caseSensitive: false, environments: [environment] },
  classes: [],
  labels: { 'not-1-stg': { env: 'dev' } },
  naming: null,
});

const rules = rulesOf(staging);

const pool = createRulesPool({ threads: 2, batch: 7 });
atEnd(() => pool.close());

test('the pool answers as the profiler does, in the order of the names, whatever the batches', async () => {
  const names = Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? `app-${i}-stg` : `not-${i}-stg`));
  const inline = compileProfiler(rules);
  assert.ok(inline.ok);
  const expected = names.map((name) => {
    const { environment, priority, because, rule } = inline.profiler.profile(name);
    return [name, environment, priority, because.environment.code, rule];
  });
  const found = await pool.classifyAll(rules, names);
  assert.ok(found.ok);
  const answers = found.classifications.map(({ namespace, environment, priority, reason, rule }) => {
    return [namespace, environment, priority, reason, rule];
  });
  assert.deepEqual(answers, expected);
  assert.deepEqual(answers[1]?.[1], 'development', 'by the label of the declared namespace');
});

test('a thread that served one policy serves the next one by its own rules', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `app-${i}-stg`);
  const other = rulesOf({ ...staging, name: 'testing' });
  for (const [given, environment] of [
    [rules, 'staging'],
    [other, 'testing'],
    [rules, 'staging'],
  ] as const) {
    const result = await pool.classifyAll(given, names);
    assert.ok(result.ok);
    assert.equal(result.classifications.length, 30);
    assert.ok(result.classifications.every((one) => one.environment === environment));
  }
});

test('bad patterns come back as problems, even without a name to classify', async () => {
  const bad = rulesOf({ ...staging, patterns: ['(a'] });
  const result = await pool.classifyAll(bad, []);
  assert.ok(!result.ok);
  assert.equal(result.problems[0]!.pattern, '(a');
  assert.deepEqual(await pool.classifyAll(rules, []), { ok: true, classifications: [] });
});

test('[BR-PERF-010] a window is correlated in a thread as it is inline', async () => {
  const window = [...nodeDown('n1', 40), ...noise(60)];
  const rules = [aRule({ similarity: { labels: 0.5, message: true, topology: ['node'], need: 'any' } })];
  const found = await pool.correlate({ alerts: window, rules, learnt: [] }, 30_000);
  assert.deepEqual(found, correlate(window, rules));
  assert.ok(found.length > 0);
});

test('[BR-PERF-010] a correlation that takes too long is ended with its thread, and the next one gets another', async () => {
  const window = Array.from({ length: 300 }, () => nodeDown('n1', 100)).flat();
  const rules = [aRule({ similarity: { labels: 0.5, message: true, topology: ['node'], need: 'any' } })];
  await assert.rejects(
    pool.correlate({ alerts: window, rules, learnt: [] }, 20),
    (error) => error instanceof PoolTimeout && error.code === 'pool.timeout',
  );
  const small = nodeDown('n1', 5);
  assert.deepEqual(await pool.correlate({ alerts: small, rules, learnt: [] }, 30_000), correlate(small, rules));
});

test('a correlation that throws tells so, and its thread goes on', async () => {
  const broken = { alerts: [{ labels: null }], rules: [aRule()] } as unknown as CorrelateTask;
  await assert.rejects(pool.correlate(broken, 30_000), TypeError);
  assert.deepEqual(await pool.correlate({ alerts: [], rules: [], learnt: [] }, 30_000), []);
});
