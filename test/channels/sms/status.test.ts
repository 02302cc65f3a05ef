import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smsReceipt } from '../../../channels/sms/status.ts';
import '../../support/leaks.ts';

const SID = `SM${'0'.repeat(32)}`;
const form = (fields: Record<string, string>) => new URLSearchParams({ MessageSid: SID, ...fields });

test('[BR-NOT-012] each status of Twilio is a step of the receipt, or none', () => {
  const states = Object.fromEntries(
    ['queued', 'sending', 'sent', 'delivered', 'read', 'undelivered', 'failed'].map((status) => [
      status,
      smsReceipt(form({ MessageStatus: status }))?.state,
    ]),
  );
  assert.deepEqual(states, {
    queued: null,
    sending: null,
    sent: 'sent',
    delivered: 'delivered',
    read: 'read',
    undelivered: 'failed',
    failed: 'failed',
  });
});

test('[BR-NOT-012] a failure is told with its code and what that means', () => {
  assert.deepEqual(smsReceipt(form({ MessageStatus: 'undelivered', ErrorCode: '30003' })), {
    messageSid: SID,
    state: 'failed',
    detail: 'undelivered: error 30003, the handset is off or out of reach',
  });
  assert.equal(smsReceipt(form({ MessageStatus: 'failed', ErrorCode: '39999' }))?.detail, 'failed: error 39999');
});

test('what is no status of a message is none', () => {
  assert.equal(smsReceipt(new URLSearchParams()), null);
  assert.equal(smsReceipt(form({ MessageStatus: 'exploded' })), null);
  assert.equal(smsReceipt(form({ MessageSid: '../x', MessageStatus: 'sent' })), null);
});
