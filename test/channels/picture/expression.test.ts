import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawnOf } from '../../../channels/picture/expression.ts';
import '../../support/leaks.ts';

const as = (expression: string, threshold: number | null = null) => ({ expression, threshold });

test('[BR-NOT-009] of a comparison with a number the other side is drawn, and the number is its threshold', () => {
  const cases: [string, ReturnType<typeof as>][] = [
    ['up == 0', as('up', 0)],
    ['rate(errors_total{job="a > b"}[5m]) > 5', as('rate(errors_total{job="a > b"}[5m])', 5)],
    ['0.5 < (a / b)', as('(a / b)', 0.5)],
    ['(sum by (job) (x) >= 1e3)', as('sum by (job) (x)', 1000)],
    ['((x) < (-2))', as('(x)', -2)],
    ['x > 5 and on (job) up == 1', as('x', 5)],
    ['(x > 5) unless y', as('x', 5)],
    ['x{a!="b"} != 3', as('x{a!="b"}', 3)],
    ['x # > 7\n > 8', as('x # > 7', 8)],
    ["x{a='(', b=`)>`} > 8", as("x{a='(', b=`)>`}", 8)],
    ['a * 100 > 5', as('a * 100', 5)],
    ['job:errors:rate5m > 2', as('job:errors:rate5m', 2)],
    ['a > on (x) b', as('a')],
  ];
  for (const [rule, drawn] of cases) assert.deepEqual(drawnOf(rule), drawn, rule);
});

test('[BR-NOT-009] what is no plain comparison is drawn as it is', () => {
  for (const rule of [
    'absent(up)',
    'a > 1 or b > 2',
    'a > bool 1',
    'a > 1 < 5',
    'vector(1)',
    'changes(x[5m])',
    '(a > 1',
    'a) > 1',
    '> 5',
    'x >',
    'operating_or_idle',
  ]) {
    assert.deepEqual(drawnOf(rule), as(rule), rule);
  }
});

test('whatever it is, it does no harm', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (rule) => {
      const { expression, threshold } = drawnOf(rule);
      assert.ok(rule.includes(expression));
      assert.ok(threshold === null || Number.isFinite(threshold));
    }),
  );
  assert.equal(
    drawnOf(`${'('.repeat(2000)}a > 1${')'.repeat(2000)}`).threshold,
    null,
    'nested deeper than anybody writes',
  );
  assert.equal(drawnOf(`${'"'.repeat(4000)} > 1`).threshold, 1);
  assert.deepEqual(drawnOf('a > "b or c'), as('a'), 'a text that nobody ends goes on to the end');
  for (const open of ['a > "\\', "a > '", 'a > `b > c']) assert.deepEqual(drawnOf(open), as('a'), open);
});
