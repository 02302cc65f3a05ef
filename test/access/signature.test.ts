import assert from 'node:assert/strict';
import { createHmac, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { verifySigned } from '../../access/hmac.ts';
import { sign, signingKeys, verify } from '../../access/signature.ts';

// The vector of the Standard Webhooks reference libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' };
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const AT = { now: 1_614_265_330_000, tolerance: 300 };
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

test('[BR-WH-005] signs the vector of the Standard Webhooks specification', () => {
  assert.equal(sign(MESSAGE, SECRET), SIGNATURE);
  assert.equal(verify(MESSAGE, SIGNATURE, SECRET, AT), 'signature.valid');
});

test('[BR-WH-005] what it signs another implementation verifies, for every id, body and key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ minLength: 24, maxLength: 64 }),
      async (id, body, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`;
        const signature = sign({ id, timestamp: '1700000000', body }, secret).slice('v1,'.length);
        const imported = await webcrypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
          'verify',
        ]);
        const content = new TextEncoder().encode(`${id}.1700000000.${body}`);
        assert.ok(await webcrypto.subtle.verify('HMAC', imported, Buffer.from(signature, 'base64'), content));
      },
    ),
    { numRuns: 50 },
  );
});

test('[BR-WH-005] a change of id, timestamp, body or secret is a mismatch', () => {
  assert.equal(verify({ ...MESSAGE, id: 'msg_other' }, SIGNATURE, SECRET, AT), 'signature.mismatch');
  assert.equal(verify({ ...MESSAGE, timestamp: '1614265331' }, SIGNATURE, SECRET, AT), 'signature.mismatch');
  assert.equal(verify({ ...MESSAGE, body: '{"test":2432232314}' }, SIGNATURE, SECRET, AT), 'signature.mismatch');
  assert.equal(verify(MESSAGE, SIGNATURE, OTHER, AT), 'signature.mismatch');
  assert.equal(verify(MESSAGE, `${SIGNATURE.slice(0, 20)}`, SECRET, AT), 'signature.mismatch');
});

test('[BR-WH-005] while keys rotate, one matching signature of several is enough, on either side', () => {
  const both = sign(MESSAGE, `${OTHER} ${SECRET}\n`);
  assert.equal(both.split(' ').length, 2);
  assert.equal(verify(MESSAGE, both, SECRET, AT), 'signature.valid');
  assert.equal(verify(MESSAGE, both, OTHER, AT), 'signature.valid');
  assert.equal(verify(MESSAGE, SIGNATURE, `${OTHER} ${SECRET}`, AT), 'signature.valid');
  assert.equal(verify(MESSAGE, `v1a,AAAA v2,BBBB ${SIGNATURE}`, SECRET, AT), 'signature.valid');
});

test('[BR-WH-005] a timestamp outside the tolerance is refused, before and after', () => {
  const at = (seconds: number) => verify(MESSAGE, SIGNATURE, SECRET, { ...AT, now: AT.now + seconds * 1000 });
  assert.equal(at(300), 'signature.valid');
  assert.equal(at(301), 'signature.too-old');
  assert.equal(at(-300), 'signature.valid');
  assert.equal(at(-301), 'signature.from-future');
});

test('[BR-WH-005] of a signature that is wrong the time tells nothing', () => {
  const message = { id: 'm', timestamp: '1000', body: 'b' };
  const options = { now: 10_000_000, tolerance: 300 };
  assert.equal(verify(message, sign(message, 'other'), 'secret', options), 'signature.mismatch');
  const signed = { ...message, style: 'standard-webhooks', body: Buffer.from('b') } as const;
  const both = ['before', 'secret'];
  assert.equal(verifySigned({ ...signed, signature: sign(message, 'secret') }, both, options), 'signature.too-old');
  const slack = { ...signed, style: 'slack', id: null } as const;
  assert.equal(verifySigned({ ...slack, signature: `v0=${'0'.repeat(64)}` }, both, options), 'signature.mismatch');
});

test('[BR-WH-005] missing or unreadable headers are malformed, never an error', () => {
  for (const signatures of ['', ' ', 'v1', 'v1,', 'v2,AAAA', 'sha256=abc']) {
    assert.equal(verify(MESSAGE, signatures, SECRET, AT), 'signature.malformed', signatures);
  }
  for (const timestamp of ['', 'now', '-5', '1e9', '1614265330.5', ' 1614265330']) {
    assert.equal(verify({ ...MESSAGE, timestamp }, SIGNATURE, SECRET, AT), 'signature.malformed', timestamp);
  }
  assert.equal(verify({ ...MESSAGE, id: '' }, SIGNATURE, SECRET, AT), 'signature.malformed');
});

test('[BR-WH-005] no header makes it throw or pass', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (signatures, timestamp) => {
      assert.notEqual(verify({ ...MESSAGE, timestamp }, signatures, SECRET, AT), 'signature.valid');
    }),
  );
});

test('an empty key verifies nothing', () => {
  for (const secret of ['whsec_', 'whsec_!!!']) {
    const forged = `v1,${createHmac('sha256', '').update(`${MESSAGE.id}.${MESSAGE.timestamp}.`).update(MESSAGE.body).digest('base64')}`;
    assert.equal(verify(MESSAGE, forged, secret, AT), 'signature.mismatch', secret);
  }
});

test('a secret without the prefix is a passphrase, spaces and all, without the line end of its file', () => {
  assert.deepEqual(signingKeys('correct horse battery\n').map(String), ['correct horse battery']);
});
