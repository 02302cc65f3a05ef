import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifySlack } from '../../access/slack-signature.ts';
import '../support/leaks.ts';

/** The example of docs.slack.dev, "Verifying requests from Slack". */
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const REQUEST = {
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: BODY,
};
const AT = 1_531_420_618_000;

function verdict(change: Partial<typeof REQUEST> = {}, now = AT, secret = SECRET) {
  return verifySlack({ ...REQUEST, ...change }, secret, { now, tolerance: 300 });
}

test("[BR-INT-008] Slack's own example is valid, as text and as bytes", () => {
  assert.equal(verdict(), 'signature.valid');
  const bytes = { ...REQUEST, body: Buffer.from(BODY) };
  assert.equal(verifySlack(bytes, SECRET, { now: AT, tolerance: 300 }), 'signature.valid');
});

test('[BR-INT-008] another body, time or secret is not', () => {
  assert.equal(verdict({ body: `${BODY}&x=1` }), 'signature.mismatch');
  assert.equal(verdict({ timestamp: '1531420619' }), 'signature.mismatch');
  assert.equal(verdict({}, AT, 'another'), 'signature.mismatch');
});

test('[BR-INT-008] what is too old was perhaps seen by somebody; what is from the future is no better', () => {
  assert.equal(verdict({}, AT + 300_000), 'signature.valid');
  assert.equal(verdict({}, AT + 301_000), 'signature.too-old');
  assert.equal(verdict({}, AT - 301_000), 'signature.from-future');
});

test('what is no signature is told from a wrong one', () => {
  for (const signature of ['', 'v0=', 'v1=a2114d57', REQUEST.signature.toUpperCase(), REQUEST.signature.slice(0, -2)]) {
    assert.equal(verdict({ signature }), 'signature.malformed', signature);
  }
  for (const timestamp of ['', '-1', '1e9', '1531420618 ', '99999999999999']) {
    assert.equal(verdict({ timestamp }), 'signature.malformed', timestamp);
  }
});
