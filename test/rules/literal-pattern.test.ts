import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { literalEnds, literalTest } from '../../rules/literal-pattern.ts';
import { compilePattern } from '../../rules/pattern-set.ts';

test('words, alternatives, beginnings, ends and parts need no regular expression, the rest does', () => {
  for (const pattern of ['warning|info', 'shop-.*', 'a|b-.*|', '', '.*', '.*-prod', '.*shop.*|x', '.*.*'])
    assert.ok(literalTest(pattern), pattern);
  for (const pattern of ['a+', '(a|b)', 'a.b', '.*a.*b', '[ab]', 'a?', 'x$', '\\d', 'a{2}', '.+']) {
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
      const compiled = compilePattern(`^(?:${given})$`, { caseSensitive: true });
      const literal = literalTest(given);
      fc.pre(compiled.ok && literal !== null);
      assert.equal(literal(value), compiled.test(value), JSON.stringify({ given, value }));
    }),
    { numRuns: 1000 },
  );
});

test('what a pattern begins and ends with is read off it where it can be told', () => {
  const of = (pattern: string) => Object.values(literalEnds(pattern));
  assert.deepEqual(of('db-1\\.shop:\\d+'), ['db-1.shop:', '']);
  assert.deepEqual(of('pod-[0-9]+-prod'), ['pod-', '-prod']);
  assert.deepEqual(of('.*-prod'), ['', '-prod']);
  assert.deepEqual(of('ab?c\\.*d'), ['a', 'd']);
  assert.deepEqual(of('a\\.{2}'), ['a', '']);
  for (const pattern of ['a|b.', '(?i)ab', '(?:a|b)c', '.*\\bfoo', '\\pLab', '\\x41b', 'a\\Q\\E{0,1}', 'a\\Q.\\Eb'])
    assert.deepEqual(of(pattern), ['', ''], pattern);
});

test('[BR-QUAL-003] nothing that RE2 matches begins or ends otherwise', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '-',
    '.',
    '*',
    '?',
    '+',
    '{2}',
    '{0,1}',
    '\\.',
    '\\d',
    '\\b',
    '\\x61',
    '\\',
    '[ab]',
    '[^a]',
    '(a)',
    '(?i)',
    '|',
    '^',
    '$',
    'Q',
    'E',
    '\\Q',
    '\\E',
    '\\pL',
  );
  const pattern = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''));
  const text = fc
    .array(fc.constantFrom('a', 'b', 'A', '-', '.', '1', '*', 'Q', 'E'), { maxLength: 5 })
    .map((all) => all.join(''));
  let matched = 0;
  fc.assert(
    fc.property(pattern, text, (given, value) => {
      const compiled = compilePattern(`^(?:${given})$`, { caseSensitive: true });
      fc.pre(compiled.ok && compiled.test(value));
      matched++;
      const { prefix, suffix } = literalEnds(given);
      assert.ok(value.startsWith(prefix) && value.endsWith(suffix), JSON.stringify({ given, value, prefix, suffix }));
    }),
    { numRuns: 1000, maxSkipsPerRun: 1000 },
  );
  assert.ok(matched >= 1000);
});
