import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '../../ingress/random.ts';
import { newReceipt, readReceipt } from '../../ingress/receipt.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const count = fc.integer({ min: 0, max: 0xffffff });
const word = fc.integer({ min: 0, max: 0xffffffff });

test('[BR-WH-015] a receipt tells its time and number of alerts, and is safe in a URL', () => {
  fc.assert(
    fc.property(time, count, word, (at, alerts, random) => {
      const id = newReceipt(at, alerts, () => random);
      assert.deepEqual(readReceipt(id), { at, count: alerts });
      assert.equal(encodeURIComponent(id), id);
    }),
  );
});

test('[BR-WH-015] a receipt with any one character wrong, missing or added is no receipt', () => {
  fc.assert(
    fc.property(time, count, word, fc.nat(27), fc.nat(62), (at, alerts, random, place, other) => {
      const id = newReceipt(at, alerts, () => random);
      const [head, tail] = [id.slice(0, place), id.slice(place + 1)];
      const wrong = ALPHABET.replace(id[place] ?? '', '')[other] ?? '';
      assert.equal(readReceipt(head + wrong + tail), null);
      assert.equal(readReceipt(head + tail), null);
      assert.equal(readReceipt(head + wrong + id.slice(place)), null);
    }),
  );
});

test('no text is taken for a receipt by chance, and two requests of one millisecond differ', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(readReceipt(text), null)));
  const random = systemRandom();
  const ids = new Set(Array.from({ length: 5000 }, () => newReceipt(1, 1, random)));
  assert.equal(ids.size, 5000);
});

test('more alerts than a receipt can count are an error', () => {
  assert.throws(() => newReceipt(0, 0x1000000, () => 0), RangeError);
});
