import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyBuffer } from '../../ingress/body-buffer.ts';

test('a body is what came, however it was cut, whether its length was announced or not', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(pieces, fc.boolean(), (list, isAnnounced) => {
      const whole = Buffer.concat(list);
      const body = new BodyBuffer(isAnnounced ? whole.length : Number.POSITIVE_INFINITY);
      for (const piece of list) {
        const lent = Uint8Array.from(piece);
        body.add(lent.buffer);
        // uWebSockets.js takes the memory back.
        lent.fill(0);
      }
      assert.deepEqual(body.bytes(), whole);
    }),
  );
});

test('a piece that waits for the rest of its body keeps no more memory than it has', () => {
  const body = new BodyBuffer(Number.POSITIVE_INFINITY);
  body.add(Uint8Array.from([1, 2, 3]).buffer);
  assert.equal(body.bytes().buffer.byteLength, 3);
});
