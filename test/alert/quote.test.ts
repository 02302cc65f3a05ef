import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quote, unquote } from '../../alert/quote.ts';

// The right sides are what Go's strconv.Quote documents or follows from its rules.
const QUOTED: readonly [string, string][] = [
  ['', '""'],
  ['plain text', '"plain text"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['back\\slash', '"back\\\\slash"'],
  ['\x07\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
  ['\x00\x1f\x7f', '"\\x00\\x1f\\x7f"'],
  ['caf\u00e9 \u65e5 \u{1f600}', '"caf\u00e9 \u65e5 \u{1f600}"'],
  ['\u00a0\u200b\ufeff', '"\\u00a0\\u200b\\ufeff"'],
  ['\u{e0001}', '"\\U000e0001"'],
];

for (const [text, quoted] of QUOTED) {
  test(`quotes ${JSON.stringify(text)} as Go's %q does`, () => {
    assert.equal(quote(text), quoted);
    assert.equal(unquote(quoted), text);
  });
}

test('unquote reads what quote wrote', () => {
  const text = fc.string({ unit: 'binary' }).map((any) => any.toWellFormed());
  fc.assert(fc.property(text, (any) => assert.equal(unquote(quote(any)), any)));
});

test('unquote refuses what Go refuses', () => {
  for (const bad of ['"\\d"', '"\\\'"', '"\\xff"', '"\\ud800"', '"\\U00110000"', '"a\nb"', '"\\400"', '"\\x4"']) {
    assert.equal(unquote(bad), null, bad);
  }
});
