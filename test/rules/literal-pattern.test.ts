import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { literalTest } from '../../rules/literal-pattern.ts';
import { compileAnchoredRegex } from '../../rules/pattern-set.ts';

test('words, alternatives and prefixes need no regular expression, the rest does', () => {
  for (const pattern of ['warning|info', 'shop-.*', 'a|b-.*|', '', '.*']) assert.ok(literalTest(pattern), pattern);
  for (const pattern of ['a+', '(a|b)', 'a.b', '.*-prod', '[ab]', 'a?', 'x$', '\\d', 'a{2}', '.+']) {
    assert.equal(literalTest(pattern), null, pattern);
  }
});

test('[BR-QUAL-003] what is compared as text matches exactly what RE2 matches', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '-',
    '|',
    '.*',
    '/',
    ' ',
    '1',
    '_',
    '=',
    ',',
    '.',
    '(',
    ')',
    '+',
    '*',
    '\n',
    'é',
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const text = fc
    .array(fc.constantFrom('a', 'b', '-', '/', ' ', '1', '\n', 'é'), { maxLength: 6 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(pattern, text, (given, value) => {
      const compiled = compileAnchoredRegex(given);
      const literal = literalTest(given);
      fc.pre(compiled.ok && literal !== null);
      assert.equal(literal(value), compiled.test(value), JSON.stringify({ given, value }));
    }),
    { numRuns: 3000 },
  );
});
