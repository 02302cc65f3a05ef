import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitted } from '../../../channels/sms/fit.ts';
import { lengthOf, plainer } from '../../../channels/sms/segments.ts';
import '../../support/leaks.ts';

const LENGTHS: readonly (readonly [string, string, number, number])[] = [
  ['', 'GSM-7', 0, 0],
  ['a'.repeat(160), 'GSM-7', 160, 1],
  ['a'.repeat(161), 'GSM-7', 161, 2],
  ['a'.repeat(306), 'GSM-7', 306, 2],
  ['a'.repeat(307), 'GSM-7', 307, 3],
  ['€'.repeat(80), 'GSM-7', 160, 1],
  ['€'.repeat(81), 'GSM-7', 162, 2],
  ['ü'.repeat(160), 'GSM-7', 160, 1],
  ['ж'.repeat(70), 'UCS-2', 70, 1],
  ['ж'.repeat(71), 'UCS-2', 71, 2],
  ['😀'.repeat(35), 'UCS-2', 70, 1],
  // 67 units hold 33 of them: one is not parted.
  ['😀'.repeat(66), 'UCS-2', 132, 2],
  ['😀'.repeat(67), 'UCS-2', 134, 3],
  [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 306, 3],
];

for (const [text, encoding, units, segments] of LENGTHS) {
  test(`[BR-NOT-004] ${[...text].length} characters of ${JSON.stringify(text.slice(0, 2))}: ${segments} segments of ${encoding}`, () => {
    assert.deepEqual(lengthOf(text), { encoding, units, segments });
  });
}

test('typographic characters become plain ones, so that they do not halve what fits', () => {
  assert.equal(plainer('“It’s down” – 5 ≥ 3…'), '"It\'s down" - 5 >= 3...');
  assert.equal(lengthOf(fitted('FIRING', '“quoted” – ’ … →', 1)).encoding, 'GSM-7');
});

test('[BR-NOT-004] the essential words stay whole; of the rest as many words as fit', () => {
  const head = 'FIRING P1 DiskFull in shop-prod';
  assert.equal(fitted(head, '', 1), head);
  assert.equal(fitted(head, 'disk is full', 1), `${head}: disk is full`);
  const cut = fitted(head, 'word '.repeat(100).trim(), 1);
  assert.ok(cut.startsWith(`${head}: word word`) && cut.endsWith('word...'));
  assert.equal(fitted('x'.repeat(160), 'more', 1), 'x'.repeat(160));
  assert.equal(fitted('x'.repeat(200), 'more', 1), `${'x'.repeat(157)}...`);
  assert.ok(fitted('👩‍👩‍👧'.repeat(20), '', 1).match(/^(👩‍👩‍👧)+\.\.\.$/u), 'no character is cut in two');
});

test('[BR-NOT-004] whatever the texts are, it fits, and is no shorter than it has to be', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 400 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 4 }), (head, rest, most) => {
      const made = fitted(head, rest, most);
      assert.ok(lengthOf(made).segments <= most);
      const whole = plainer(rest === '' ? head : `${head}: ${rest}`);
      if (lengthOf(whole).segments <= most) assert.equal(made, whole);
      else if (lengthOf(plainer(head)).segments <= most) assert.ok(made.startsWith(plainer(head)));
    }),
    { numRuns: 200 },
  );
});
