import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seal, unseal } from '../../channels/sealed.ts';

test('[BR-INT-010] a sealed text is read with its secret alone, and never when it was changed', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.nat(), (text, secret, other, at) => {
      const sealed = seal(text, secret);
      assert.equal(unseal(sealed, secret), text);
      if (other !== secret) assert.equal(unseal(sealed, other), null);
      const record = JSON.parse(sealed) as { text: string };
      const bytes = Buffer.from(record.text, 'base64');
      bytes[at % bytes.length]! ^= 1;
      assert.equal(unseal(JSON.stringify({ ...record, text: bytes.toString('base64') }), secret), null);
    }),
    { numRuns: 50 },
  );
  for (const text of ['', '1', '{}', '{"key":"of a secret","iv":"","text":""}', 'a plain token'])
    assert.equal(unseal(text, 'secret'), null);
  assert.notEqual(seal('a', 'b'), seal('a', 'b'), 'each has a nonce of its own');
});
