import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReceiptEntry } from '../../alert/entry.ts';
import { MOST_RECEIPTS } from '../../channels/receipts.ts';
import { LivedChannel } from './lived-channel.ts';

function delivered(receiptId?: string): LivedChannel {
  const channel = new LivedChannel().queue('a1');
  channel.settle();
  channel.answer('a1', { kind: 'delivered', detail: '201', ...(receiptId === undefined ? {} : { receiptId }) });
  return channel;
}

const report = (channel: LivedChannel, step: ReceiptEntry['step'], by: Partial<ReceiptEntry> = { receiptId: 'SM1' }) =>
  channel
    .run({ kind: 'receipt', report: { kind: 'receipt', tenant: 'default', channel: 'ops', step, detail: step, ...by } })
    .events.map(({ reasons }) => reasons[0]?.code);

test('[BR-NOT-012] what a provider reports of a message is found by its own id of it, after a takeover, too', () => {
  const channel = delivered('SM1');
  channel.state = structuredClone(channel.state);
  assert.deepEqual(report(channel, 'delivered'), ['receipt.delivered']);
  assert.equal(channel.of('delivery.receipt')[0]?.notificationId, 'a1');
});

test('[BR-NOT-012] or by the id of the notification, where the provider gave none', () => {
  assert.deepEqual(report(delivered(), 'read', { notificationId: 'a1' }), ['receipt.read']);
});

test('[BR-NOT-012] what stands no higher than what is known, comes twice or is of no known message changes nothing', () => {
  const channel = delivered('SM1');
  assert.deepEqual(report(channel, 'read'), ['receipt.read']);
  for (const step of ['sent', 'delivered', 'failed', 'read'] as const) assert.deepEqual(report(channel, step), []);
  assert.deepEqual(report(channel, 'read', { receiptId: 'SM2' }), []);
  assert.deepEqual(report(new LivedChannel(), 'read'), []);
});

test('of how many messages a report is expected is bounded', () => {
  const channel = new LivedChannel();
  for (let i = 0; i <= MOST_RECEIPTS; i++) {
    channel.queue(`n${i}`, { groupId: `g${i}` }).pump();
    channel.answer(`n${i}`, { kind: 'delivered', detail: '', receiptId: `SM${i}` });
  }
  assert.ok(channel.state!.receipts.length <= MOST_RECEIPTS);
  assert.deepEqual(report(channel, 'read', { receiptId: 'SM0' }), [], 'the oldest is forgotten');
  assert.deepEqual(report(channel, 'read', { receiptId: `SM${MOST_RECEIPTS}` }), ['receipt.read']);
});

test('[BR-NOT-024] what a probe says is kept when it changes', () => {
  const channel = new LivedChannel();
  const probe = (health: 'healthy' | 'failed') =>
    channel.run({ kind: 'probe', report: { kind: 'probe', tenant: 'default', channel: 'ops', health, detail: 'EHLO' } })
      .events.length;
  assert.deepEqual([probe('healthy'), probe('healthy'), probe('failed'), probe('failed')], [1, 0, 1, 0]);
});
