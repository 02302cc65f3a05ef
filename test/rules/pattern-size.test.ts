import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patternSize } from '../../rules/pattern-size.ts';

test('what is repeated counts as often as it is, nested repetitions one by the other', () => {
  const sizes: Record<string, number> = {
    '': 0,
    abc: 3,
    'a{3}': 3,
    'a{0,5}b': 6,
    'a{2,}': 2,
    'a{2}{3}': 6,
    '(ab){10}': 30,
    '((a{10}){10}){10}': 1110,
    '[a-z]{1,63}': 63,
    '[]a]{4}': 4,
    '[^]a]{4}': 40,
    '\\{3}': 3,
    'a\\(b{2}': 4,
    '.{10}': 100,
    'ä{2}': 20,
    '\\pL': 300,
    '\\p{Greek}{2}x': 601,
    '[\\pL\\d\\PN]{2}': 1200,
    '[[:alpha:]]{7}': 7,
    '[äöü]{2}': 38,
    '[^ä]': 13,
    '[\\x{100}-\\x{10ffff}]{10}': 160,
    '[[:^alpha:]]': 13,
    '[\\W_]': 13,
    'a|b|c': 5,
    '(a': 1,
    'a)': 2,
    '{3}': 0,
  };
  for (const [pattern, size] of Object.entries(sizes)) assert.equal(patternSize(pattern), size, pattern);
});

test('of whatever text it is told, in the time that its length takes', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '\\',
    '{9}',
    '{1,9}',
    'p',
    'P',
    '.',
    '^',
    ':',
    '[:',
    ':]',
    'a',
    'é',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      assert.ok(patternSize(pieces.join('')) >= 0);
    }),
  );
  for (const text of ['[', '[[:', '[[:a:]', '[:a:', '[^[', '[]', '({9}', '(', '\\', '[\\', '\\p{', '{9}', 'a{9}'])
    assert.ok(patternSize(text.repeat(20_000)) >= 0, text);
});
