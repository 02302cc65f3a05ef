import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { IV_BYTES, type Keyring, readKeyring, seal, unseal } from '../../access/secret-box.ts';

const keyring = (...keys: readonly Uint8Array[]): Keyring => {
  const read = readKeyring(keys.map((key) => Buffer.from(key).toString('base64')).join(','));
  assert.ok(read !== null);
  return read;
};
const [OLD, NEW] = [keyring(Buffer.alloc(32, 1)), keyring(Buffer.alloc(32, 2))];
const NAME = { tenant: 'shop', name: 'pagerduty' };
const sealed = (value: string, ring = OLD) => seal(ring, NAME, value, randomBytes(IV_BYTES));

test('[BR-SEC-014] what is sealed comes out as it went in, and nothing of it is seen', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, unit: 'grapheme' }), (value) => {
      const box = sealed(value);
      assert.deepEqual(unseal(OLD, NAME, box), { code: 'secret.opened', value: value.toWellFormed() });
      assert.ok(!JSON.stringify(box).includes(value));
    }),
  );
});

test('[BR-SEC-014] with another key it does not open, and says which it takes', () => {
  const box = sealed('hunter2');
  assert.deepEqual(unseal(NEW, NAME, box), { code: 'secret.other-key', key: OLD.keys[0].id });
  const both: Keyring = { keys: [...NEW.keys, ...OLD.keys] as Keyring['keys'] };
  assert.deepEqual(unseal(both, NAME, box), { code: 'secret.opened', value: 'hunter2' });
  assert.equal(seal(both, NAME, 'x', randomBytes(IV_BYTES)).key, NEW.keys[0].id, 'the first encrypts');
});

test('[BR-SEC-014] a record that was changed in any bit, cut short, or is of another name or tenant, does not open', () => {
  const box = sealed('hunter2');
  const bytes = Buffer.from(box.text, 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(unseal(OLD, NAME, { ...box, text: changed.toString('base64') }).code, 'secret.damaged');
    }),
  );
  for (let length = 0; length < bytes.length; length++) {
    const text = bytes.subarray(0, length).toString('base64');
    assert.equal(unseal(OLD, NAME, { ...box, text }).code, 'secret.damaged');
  }
  for (const other of [
    { ...NAME, name: 'x' },
    { ...NAME, tenant: 'other' },
    { tenant: 'shop/pagerduty', name: '' },
  ]) {
    assert.equal(unseal(OLD, other, box).code, 'secret.damaged');
  }
  assert.equal(unseal(OLD, NAME, { ...box, iv: '' }).code, 'secret.damaged');
});

test('keys are 32 bytes in base64 or hexadecimal; anything else is none', () => {
  const bytes = Buffer.alloc(32, 7);
  const ids = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')].map(
    (text) => readKeyring(text)?.keys[0].id,
  );
  assert.equal(new Set(ids).size, 1);
  assert.match(ids[0]!, /^[0-9a-f]{8}$/);
  for (const wrong of ['', 'hunter2', bytes.toString('hex').slice(2), `${bytes.toString('base64')},`, 'a'.repeat(45)]) {
    assert.equal(readKeyring(wrong), null, wrong);
  }
});
