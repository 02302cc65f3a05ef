import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { readSmsCallback } from '../../../channels/sms/receipts.ts';

const URL_DECLARED = 'https://herald.example.com/v1/callbacks/default/sms';
const SID = `SM${'a'.repeat(32)}`;
const OPTIONS = {
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: '12345\n',
  from: '+15005550006',
  statusCallback: URL_DECLARED,
};

/** As Twilio's documentation says: the URL, then the fields sorted by name. */
function twilioSignature(url: string, form: URLSearchParams, token: string): string {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => name + value);
  return createHmac('sha1', token)
    .update(url + fields.join(''))
    .digest('base64');
}

function call(
  fields: Record<string, string>,
  { signature, path = '/v1/callbacks/default/sms' }: { signature?: string; path?: string } = {},
) {
  const form = new URLSearchParams(fields);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signature ?? twilioSignature(URL_DECLARED, form, '12345'),
  };
  return readSmsCallback({ path, headers, body: Buffer.from(form.toString()) }, OPTIONS);
}

test('[BR-NOT-012] [BR-NOT-004] a status that Twilio signed is a receipt of the message', () => {
  assert.deepEqual(call({ MessageSid: SID, MessageStatus: 'delivered' }), {
    kind: 'receipts',
    receipts: [{ receiptId: SID, step: 'delivered', detail: 'delivered' }],
  });
  const failed = call({ MessageSid: SID, MessageStatus: 'undelivered', ErrorCode: '30003' });
  assert.ok(failed.kind === 'receipts' && failed.receipts[0]?.step === 'failed');
  assert.deepEqual(call({ MessageSid: SID, MessageStatus: 'queued' }), { kind: 'receipts', receipts: [] });
});

test('[BR-NOT-012] what anybody else sends is refused, and so is what cannot be read', () => {
  const good = { MessageSid: SID, MessageStatus: 'delivered' };
  assert.equal(call(good, { signature: '' }).kind, 'refused');
  assert.equal(
    call(good, { signature: twilioSignature(URL_DECLARED, new URLSearchParams(good), 'other') }).kind,
    'refused',
  );
  assert.equal(call(good, { path: '/v1/callbacks/default/sms?more=1' }).kind, 'refused', 'the query is signed, too');
  assert.equal(call({ MessageSid: 'SM1', MessageStatus: 'delivered' }).kind, 'unreadable');
});
