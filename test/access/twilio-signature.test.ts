import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { type TwilioRequest, verifyTwilio } from '../../access/twilio-signature.ts';
import '../support/leaks.ts';
import { signed, TOKEN } from '../support/providers/twilio.ts';

const FORM = 'application/x-www-form-urlencoded';

function request(change: Partial<TwilioRequest> = {}): TwilioRequest {
  const url = 'https://herald.example/v1/callbacks/default/sms?x=1';
  const form = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+49 151', Empty: '' };
  const body = new URLSearchParams(form).toString();
  return { url, contentType: FORM, body, signature: signed(url, form), ...change };
}

test('[BR-NOT-012] the example of its documentation is valid', () => {
  // https://www.twilio.com/docs/usage/security: URL, fields and auth token of the worked example.
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const form = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+12349013030',
    Digits: '1234',
    From: '+12349013030',
    To: '+18005551212',
  };
  const body = new URLSearchParams(form).toString();
  const signature = '0/KCTR6DLpKmkAf8muzZqo1nDgQ=';
  assert.equal(verifyTwilio({ url, contentType: FORM, body, signature }, '12345'), 'signature.valid');
});

test('[BR-NOT-012] [BR-SEC-006] only what was signed with the token of the account is valid', () => {
  const good = request();
  assert.equal(verifyTwilio(good, TOKEN), 'signature.valid');
  assert.equal(verifyTwilio({ ...good, contentType: `${FORM}; charset=UTF-8` }, TOKEN), 'signature.valid');
  assert.equal(verifyTwilio(good, 'another'), 'signature.mismatch');
  assert.equal(verifyTwilio({ ...good, url: `${good.url}2` }, TOKEN), 'signature.mismatch');
  assert.equal(verifyTwilio({ ...good, body: `${good.body}&More=1` }, TOKEN), 'signature.mismatch');
  assert.equal(verifyTwilio({ ...good, body: good.body.replace('delivered', 'failed') }, TOKEN), 'signature.mismatch');
  assert.equal(verifyTwilio({ ...good, contentType: 'text/plain' }, TOKEN), 'signature.mismatch');
  for (const signature of [null, '', 'x', 'é'.repeat(28), '='.repeat(28)]) {
    assert.equal(verifyTwilio({ ...good, signature }, TOKEN), 'signature.malformed');
  }
});

test('with or without its port, the address is the same', () => {
  const form = { MessageSid: 'SM1' };
  const body = 'MessageSid=SM1';
  const plain = 'https://herald.example/cb';
  const ported = 'https://herald.example:443/cb';
  assert.equal(verifyTwilio(request({ url: plain, body, signature: signed(ported, form) }), TOKEN), 'signature.valid');
  assert.equal(verifyTwilio(request({ url: ported, body, signature: signed(plain, form) }), TOKEN), 'signature.valid');
});

test('of a body that is no form the hash in the address is checked', () => {
  const body = '{"a":1}';
  const hash = createHash('sha256').update(body).digest('hex');
  const url = `https://herald.example/cb?bodySHA256=${hash}`;
  const signature = createHmac('sha1', TOKEN).update(url).digest('base64');
  const good = { url, contentType: 'application/json', body, signature };
  assert.equal(verifyTwilio(good, TOKEN), 'signature.valid');
  assert.equal(verifyTwilio({ ...good, body: '{"a":2}' }, TOKEN), 'signature.mismatch');
});
