import assert from 'node:assert/strict';
import { test } from 'node:test';
import { specificityOf } from '../../rules/specificity.ts';
import '../support/leaks.ts';

test('a pattern is the more specific, the more of a name it pins down', () => {
  const rising = ['.*', '^[a-z]+$', 'pay', '^pay-', '^pay-web', '^pay-web$', '^pay-web-prod$'];
  const weights = rising.map(specificityOf);
  assert.deepEqual(
    weights,
    [...weights].sort((a, b) => a - b),
  );
  assert.equal(new Set(weights).size, weights.length);
});

test('only what every match contains is counted', () => {
  for (const [pattern, weight] of [
    ['^(pay|shop)-', 9],
    ['^(payments|x)-web', 11],
    ['a{3}b?', 6],
    ['(?:ab)+c*', 4],
    ['(?i)foo', 6],
    ['a|', 0],
    ['[]a]b', 2],
    ['[[:alpha:]]-', 2],
    ['\\.x\\d\\bz', 6],
    ['\\p{Greek}x', 2],
    ['(?P<team>ab)-', 6],
    ['', 0],
  ] as const)
    assert.equal(specificityOf(pattern), weight, pattern);
});
