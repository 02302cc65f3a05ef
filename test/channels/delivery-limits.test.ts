import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome } from '../../channels/outcome.ts';
import { anAlert } from '../support/notification.ts';
import { LivedChannel, T0 } from './lived-channel.ts';

const DELIVERED: Outcome = { kind: 'delivered', detail: '200' };
const RETRY: Outcome = { kind: 'retry', detail: '503', notBefore: null };
const RATE = { interval: 1000, burst: 2 };
const alice = { recipient: { name: 'user/alice', address: 'alice@example.org' } };
const bob = { recipient: { name: 'user/bob', address: 'bob@example.org' } };

describe('the rate limit', () => {
  test('[BR-NOT-014] of a channel: no more than the burst leave at once, then one per interval; who is next says why it waits', () => {
    const channel = new LivedChannel({ rateLimit: RATE }).queue('a1').queue('b1').queue('c1').queue('d1');
    assert.deepEqual(channel.settle(), ['a1', 'b1']);
    channel.answer('a1', DELIVERED);
    assert.deepEqual(channel.settle(), []);
    assert.deepEqual(
      channel.of('delivery.held').map(({ notificationId, reasons }) => [notificationId, reasons[0]?.code]),
      [
        ['c1', 'delivery.rate-limited'],
        ['d1', 'delivery.rate-limited'],
      ],
    );
    assert.equal(channel.dueAt(), T0 + 1000);
    channel.now = T0 + 1000;
    assert.deepEqual(channel.settle(), ['c1']);
  });

  test('[BR-NOT-014] is not forgotten in a takeover', () => {
    const channel = new LivedChannel({ rateLimit: RATE }).queue('a1').queue('b1').queue('c1');
    channel.settle();
    channel.state = structuredClone(channel.state);
    assert.deepEqual(channel.settle(), []);
  });

  test('[BR-NOT-014] of a recipient holds up nobody else', () => {
    const channel = new LivedChannel({ recipientLimit: { interval: 1000, burst: 1 } });
    for (const id of ['a1', 'b1', 'c1']) channel.queue(id, alice);
    channel.queue('d1', bob);
    assert.deepEqual(channel.settle(), ['a1', 'd1']);
    const held = channel.of('delivery.held');
    assert.deepEqual(
      held.map(({ notificationId, notBefore }) => [notificationId, notBefore]),
      [
        ['b1', T0 + 1000],
        ['c1', T0 + 2000],
      ],
    );
    channel.now = T0 + 1000;
    assert.deepEqual(channel.settle(), ['b1']);
    channel.now = T0 + 2000;
    assert.deepEqual(channel.settle(), ['c1']);
    assert.equal(channel.of('delivery.held').length, 2, 'nobody was sent back again');
  });

  test('[BR-NOT-014] what is critical goes before those that lined up for the same recipient', () => {
    const channel = new LivedChannel({ recipientLimit: { interval: 1000, burst: 1 } });
    for (let i = 0; i < 50; i++) channel.queue(`${i}`, { ...alice, groupId: `g${i}` });
    channel.settle();
    channel.queue('critical', { ...alice, groupId: 'x', priority: 'P1' });
    assert.deepEqual(channel.settle(), []);
    channel.now = T0 + 1000;
    assert.deepEqual(channel.settle(), ['critical']);
  });
});

describe('the queue', () => {
  test('[BR-NOT-014] [BR-NOT-015] what is critical leaves before 100,000 that were queued before it', () => {
    const channel = new LivedChannel({ concurrency: 1 });
    for (let i = 0; i < 100_000; i++) channel.queue(`n${i}`, { groupId: `g${i}`, priority: 'P5' });
    assert.deepEqual(channel.pump(), ['n0']);
    channel.queue('critical', { groupId: 'x', priority: 'P1' });
    channel.answer('n0', DELIVERED);
    assert.deepEqual(channel.pump(), ['critical']);
  });

  test('[BR-NOT-014] each recipient of a group has an order of their own: one whose address fails holds up no other', () => {
    const channel = new LivedChannel().queue('a1', alice).queue('a2', bob).queue('a3', alice);
    assert.deepEqual(channel.pump(), ['a1', 'a2']);
    channel.answer('a1', RETRY);
    channel.answer('a2', DELIVERED);
    assert.deepEqual(channel.pump(), [], 'the second to the same person waits for the first');
  });

  test('[BR-NOT-014] what is for later stays until then', () => {
    const channel = new LivedChannel().queue('a1', { notBefore: T0 + 60_000 }).queue('b1');
    assert.deepEqual(channel.settle(), ['b1']);
    assert.equal(channel.of('delivery.queued')[0]?.reasons[1]?.code, 'delivery.later');
    assert.equal(channel.dueAt(), T0 + 60_000);
    channel.now = T0 + 60_000;
    assert.deepEqual(channel.settle(), ['a1']);
  });

  test('[BR-NOT-014] what fires and is too old when its turn comes is a dead letter that says so; an end never is too old', () => {
    const channel = new LivedChannel({ expireAfter: 60_000, concurrency: 1 });
    channel.queue('a1').queue('b1').queue('c1', { status: 'resolved' });
    channel.pump();
    assert.equal(channel.dueAt(), T0 + 60_000);
    channel.now = T0 + 60_000;
    assert.deepEqual(channel.settle(), []);
    const [dead] = channel.of('delivery.dead');
    assert.deepEqual([dead?.notificationId, dead?.reasons[0]?.code], ['b1', 'delivery.expired']);
    channel.answer('a1', DELIVERED);
    assert.deepEqual(channel.settle(), ['c1']);
  });
});

describe('a storm', () => {
  const storm = (change = {}) => {
    const channel = new LivedChannel({ rateLimit: RATE, bundle: 3, ...change });
    for (let i = 0; i < 10; i++) {
      const alerts = [anAlert({ fingerprint: `f${i}`, status: i === 9 ? 'resolved' : 'firing' })];
      channel.queue(`n${i}`, { groupId: `g${i}`, alerts, status: i === 9 ? 'resolved' : 'firing' });
    }
    return channel;
  };

  test('[BR-NOT-015] what the rate limit holds for one recipient becomes one notification that says it all', () => {
    const channel = storm();
    assert.deepEqual(channel.settle(), ['n0', 'n1']);
    channel.answer('n0', DELIVERED);
    channel.answer('n1', DELIVERED);
    assert.deepEqual(channel.settle(), []);
    const [bundle, ...others] = channel.of('delivery.bundled');
    assert.equal(others.length, 0);
    assert.deepEqual(
      bundle?.of,
      [2, 3, 4, 5, 6, 7, 8, 9].map((i) => `n${i}`),
    );
    const { notification } = bundle!;
    assert.equal(notification.alerts.length, 8);
    assert.equal(notification.status, 'firing');
    assert.equal(notification.alerts.at(-1)?.status, 'resolved');
    channel.now = T0 + 1000;
    assert.deepEqual(channel.settle(), ['n2-b']);
    channel.answer('n2-b', DELIVERED);
    assert.equal(channel.state?.deliveries.length, 0);
    channel.queue('n5', { groupId: 'g5' });
    assert.equal(channel.state?.deliveries.length, 0, 'what went into it is known');
  });

  test('[BR-NOT-015] what is critical stays its own, and nothing overtakes what is before it in its group', () => {
    const channel = storm({ bundle: 100 });
    assert.deepEqual(channel.settle(), ['n0', 'n1']);
    channel.policy = { ...channel.policy, bundle: 3 };
    channel.queue('critical', { groupId: 'g2', priority: 'P1' }).queue('behind', { groupId: 'g2' });
    channel.settle();
    const [bundle] = channel.of('delivery.bundled');
    assert.ok(!bundle?.of.includes('critical') && !bundle?.of.includes('behind'));
  });

  test('[BR-NOT-015] other recipients are left out of it', () => {
    const channel = new LivedChannel({ rateLimit: { interval: 1000, burst: 1 }, bundle: 2 });
    channel.queue('a1', alice).queue('b1', alice).queue('c1', bob).queue('d1', alice);
    channel.settle();
    channel.answer('a1', DELIVERED);
    channel.settle();
    const [bundle] = channel.of('delivery.bundled');
    assert.deepEqual(bundle?.of, ['b1', 'd1']);
    assert.deepEqual(bundle?.notification.recipient, alice.recipient);
  });
});
