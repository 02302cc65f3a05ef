import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pack, unpack, withPacked } from '../../bus/pack.ts';
import '../support/leaks.ts';

const plain = fc.object({
  key: fc.string(),
  values: [fc.string(), fc.boolean(), fc.integer(), fc.double({ noNaN: true }), fc.constant(null)],
  withNullPrototype: false,
});

/** As JSON would have it: 0 for -0, and no key that sets a prototype. */
const content = plain
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  .filter((value) => !JSON.stringify(value).includes('__proto__'));

test('what was packed stays as it was, whatever is packed after it', () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 2, maxLength: 5 }), (values) => {
      const packed = values.map((value) => pack(value));
      assert.deepEqual(
        packed.map((bytes) => unpack(bytes)),
        values,
      );
    }),
  );
});

test('the room in front is for the caller, and the value stands behind it', () => {
  const bytes = pack({ a: 1 }, 3);
  bytes.fill(7, 0, 3);
  assert.deepEqual(unpack(bytes.subarray(3)), { a: 1 });
});

test('what is larger than the kept buffer is packed as well, and what comes after it too', () => {
  const large = Array.from({ length: 40 }, (_, i) => ({ i, text: 'x'.repeat(200_000) }));
  const small = pack('before');
  const packed = pack(large);
  assert.ok(packed.length > 8_000_000);
  assert.deepEqual(unpack(packed), large);
  assert.equal(unpack(small), 'before');
  assert.equal(
    withPacked('after', (bytes) => unpack(bytes)),
    'after',
  );
});
