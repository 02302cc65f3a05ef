import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RECEIPT_STEPS, type ReceiptStep } from '../../alert/receipt.ts';
import { MOST_RECALLED_ALERTS, MOST_RECALLS } from '../../channels/recalls.ts';
import { aNotification } from '../support/notification.ts';
import { LivedChannel } from './lived-channel.ts';

function delivered(change: ConstructorParameters<typeof LivedChannel>[0] = { fallback: 'phone' }): LivedChannel {
  const channel = new LivedChannel(change).queue('a1');
  channel.settle();
  channel.answer('a1', { kind: 'delivered', detail: '201', receiptId: 'SM1' });
  return channel;
}

const report = (channel: LivedChannel, step: ReceiptStep, receiptId = 'SM1') =>
  channel
    .run({
      kind: 'receipt',
      report: { kind: 'receipt', tenant: 'default', channel: 'ops', step, detail: `it says ${step}`, receiptId },
    })
    .events.map(({ type, reasons }) => `${type} ${reasons[0]?.code}`);

test('[BR-NOT-012] [BR-ERR-012] what a provider accepted and then reports as failed goes to the fallback, once', () => {
  const channel = delivered();
  assert.deepEqual(report(channel, 'failed'), ['delivery.receipt receipt.failed', 'delivery.diverted receipt.failed']);
  const [went] = channel.effects;
  assert.deepEqual([went?.id, went?.channel, went?.cameFrom?.notificationId], ['a1-f', 'phone', 'a1']);
  assert.match(JSON.stringify(went?.reasons), /it says failed/);
  assert.deepEqual(report(channel, 'failed'), []);
  assert.deepEqual(report(channel, 'delivered'), ['delivery.receipt receipt.delivered'], 'the ladder goes on');
  assert.deepEqual(report(channel, 'failed'), []);
  assert.equal(channel.effects.length, 1);
});

test('[BR-NOT-012] a failure that comes behind a delivery starts nothing', () => {
  const channel = delivered();
  report(channel, 'delivered');
  assert.deepEqual(report(channel, 'failed'), []);
  assert.deepEqual(channel.effects, []);
});

test('[BR-NOT-012] [BR-ERR-009] without a fallback it is a dead letter, its group escalates, and it can be replayed under its id', () => {
  const channel = delivered({});
  assert.deepEqual(report(channel, 'failed'), ['delivery.receipt receipt.failed', 'delivery.dead receipt.failed']);
  assert.deepEqual(
    channel.undelivered.map(({ group, notificationId }) => [group, notificationId]),
    [['a', 'a1']],
  );
  const [first] = channel.of('delivery.dead');
  channel.queue('a1');
  assert.deepEqual(channel.settle(), ['a1'], 'it is sent again');
  channel.answer('a1', { kind: 'delivered', detail: '201', receiptId: 'SM2' });
  report(channel, 'failed', 'SM2');
  const [, second] = channel.of('delivery.dead');
  assert.notEqual(second?.deadLetterId, first?.deadLetterId);
});

test('[BR-NOT-012] a group that went to the fallback so late is told of its end there, too', () => {
  const channel = delivered();
  report(channel, 'failed');
  const [alert] = aNotification({}).alerts;
  channel.queue('a2', { status: 'resolved', alerts: [{ ...alert!, status: 'resolved' }] });
  assert.deepEqual(
    channel.effects.map(({ id, channel: to }) => [id, to]),
    [
      ['a1-f', 'phone'],
      ['a2-f', 'phone'],
    ],
  );
});

test('[BR-NOT-012] in whatever order and however often reports come, and owners change in between: at most one goes on, and only if no better news came first', () => {
  const steps = fc.array(fc.record({ step: fc.constantFrom(...RECEIPT_STEPS), takeover: fc.boolean() }));
  fc.assert(
    fc.property(steps, (reports) => {
      const channel = delivered();
      for (const { step, takeover } of reports) {
        if (takeover) channel.state = structuredClone(channel.state);
        report(channel, step);
      }
      const failed = reports.findIndex(({ step }) => step === 'failed');
      const better = reports.findIndex(({ step }) => step === 'delivered' || step === 'read');
      const goesOn = failed >= 0 && (better < 0 || failed < better);
      assert.equal(channel.effects.length, goesOn ? 1 : 0);
    }),
  );
});

test('[BR-NOT-012] how many are kept for that is bounded, by their number and by the alerts in them', () => {
  const channel = new LivedChannel({ fallback: 'phone' });
  const deliver = (id: string, alerts = aNotification({}).alerts) => {
    channel.queue(id, { groupId: id, alerts }).pump();
    channel.answer(id, { kind: 'delivered', detail: '', receiptId: id });
  };
  for (let i = 0; i <= MOST_RECALLS; i++) deliver(`n${i}`);
  assert.equal(channel.state!.recalls.length, MOST_RECALLS);
  assert.deepEqual(
    report(channel, 'failed', 'n0'),
    ['delivery.receipt receipt.failed'],
    'of the oldest only the report',
  );
  const [alert] = aNotification({}).alerts;
  deliver(
    'big',
    Array.from({ length: MOST_RECALLED_ALERTS + 1 }, () => alert!),
  );
  assert.equal(channel.state!.recalls.length, 1);
  assert.equal(report(channel, 'failed', 'big').length, 2);
});
