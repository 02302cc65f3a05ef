import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { audienceLine, memberId, wholeOf } from '../../alert/audience.ts';
import type { Notification } from '../../alert/notification.ts';
import type { ChannelPolicy } from '../../alert/policy.ts';
import { evolveDelivery } from '../../channels/delivery.ts';
import { CHUNK } from '../../channels/expansion.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { addresses, anAudience } from '../support/audience.ts';
import { anAlert } from '../support/notification.ts';
import { LivedChannel } from './lived-channel.ts';

const TAKEN: Outcome = { kind: 'delivered', detail: '200' };
const REFUSED: Outcome = { kind: 'rejected', detail: '404' };
const recipient = audienceLine('customers');

function aChannelFor(list: readonly string[], change: Partial<ChannelPolicy> = {}) {
  const channel = new LivedChannel(change);
  let audience = anAudience(list);
  channel.neighbours = { wants: () => true, audience: (name) => (name === 'customers' ? audience : null) };
  const become = (changed: readonly string[]) => {
    audience = anAudience(changed);
  };
  const tell = (id: string, of: Partial<Notification> = {}) => channel.queue(id, { recipient, ...of });
  return { channel, tell, become };
}

/** Sends until nothing is due; ids in the order in which they left. `most`: pumps. */
function work(channel: LivedChannel, outcome = TAKEN, most = Number.POSITIVE_INFINITY): string[] {
  const sent: string[] = [];
  for (let i = 0; i < most; i++) {
    const started = channel.pump();
    for (const id of started) channel.answer(id, outcome);
    sent.push(...started);
    const due = channel.dueAt();
    if (started.length === 0 && (due === null || due > channel.now)) break;
  }
  return sent;
}

const idsOf = (whole: string, list: readonly string[]) => list.map((address) => memberId(whole, address)).sort();

test('[BR-SCALE-008, BR-NOT-015] everybody of an audience is told once, and no more than two chunks wait at a time', () => {
  const list = addresses(2300);
  const { channel, tell } = aChannelFor(list);
  tell('a1');
  const sent: string[] = [];
  for (let due = channel.dueAt(); due !== null && due <= channel.now; due = channel.dueAt()) {
    const started = channel.pump();
    assert.ok((channel.state?.deliveries.length ?? 0) <= 2 * CHUNK);
    for (const id of started) channel.answer(id, TAKEN);
    sent.push(...started);
  }
  assert.deepEqual(sent.toSorted(), idsOf('a1', list));
  const chunks = channel.of('delivery.expanded');
  assert.deepEqual(
    chunks.map(({ members, told, last }) => [members.length, told, last]),
    [
      [500, 500, false],
      [500, 1000, false],
      [500, 1500, false],
      [500, 2000, false],
      [300, 2300, true],
    ],
  );
  assert.equal(channel.state?.expansions.length, 0);
  tell('a1');
  assert.deepEqual(work(channel), [], 'the same notification, should it come again, tells nobody');
});

test('[BR-SCALE-008] whatever an owner that dies had done, the next one goes on from there, and nobody is told by a second notification', () => {
  const list = addresses(1700);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (pumps) => {
      const { channel, tell } = aChannelFor(list);
      tell('a1');
      work(channel, TAKEN, pumps);
      const left = channel.pump();
      channel.state = null;
      for (const event of channel.events.splice(0)) channel.state = evolveDelivery(channel.state, event);
      channel.run({ kind: 'recovered' });
      for (const id of left) assert.ok(channel.of('delivery.uncertain').some((one) => one.notificationId === id));
      work(channel, TAKEN, 0);
      const again: string[] = [];
      for (let started = channel.pump(); ; started = channel.pump()) {
        for (const id of started) channel.answer(id, TAKEN, left.includes(id) ? 2 : 1);
        again.push(...started);
        const due = channel.dueAt();
        if (started.length === 0 && (due === null || due > channel.now)) break;
      }
      const told = channel.state?.deliveries.length;
      assert.equal(told, 0);
      assert.equal(new Set(again).size, again.length);
      assert.equal(channel.state?.expansions.length, 0);
      assert.ok(left.every((id) => again.includes(id)));
    }),
    { numRuns: 15 },
  );
});

test('[BR-SCALE-008] a snapshot in the middle of it holds all that is needed to go on', () => {
  const list = addresses(1200);
  const { channel, tell } = aChannelFor(list);
  tell('a1');
  const before = work(channel, TAKEN, 8);
  channel.state = structuredClone(channel.state);
  assert.deepEqual([...before, ...work(channel)].toSorted(), idsOf('a1', list));
});

test('[BR-NOT-003] what is critical does not wait behind an audience', () => {
  const { channel, tell } = aChannelFor(addresses(100_000), { concurrency: 10 });
  tell('a1');
  work(channel, TAKEN, 20);
  channel.queue('b1', { priority: 'P1' });
  const next = [...channel.pump(), ...channel.pump()];
  assert.equal(next[0], 'b1');
});

test('[BR-NOT-003] a critical audience comes before the rest of one that can wait', () => {
  const { channel, tell } = aChannelFor(addresses(5000), { concurrency: 10 });
  tell('a1');
  work(channel, TAKEN, 20);
  tell('b1', { priority: 'P1' });
  const sent = work(channel, TAKEN, 560);
  const critical = sent.filter((id) => wholeOf(id) === 'b1').length;
  assert.ok(critical > 4900, `${critical} critical ones of ${sent.length} that left next`);
});

test('[BR-NOT-003] each member hears of one group in order: that it fires, then that it ended', () => {
  const { channel, tell } = aChannelFor(addresses(700));
  tell('a1');
  tell('a2', { status: 'resolved', priority: 'P1', alerts: [anAlert({ status: 'resolved' })] });
  const sent = work(channel);
  assert.equal(sent.length, 1400);
  for (const address of addresses(700)) {
    assert.ok(sent.indexOf(memberId('a1', address)) < sent.indexOf(memberId('a2', address)));
  }
});

test('[BR-SCALE-008] a list that changes half-way: who stays is told once, who left is not told any more', () => {
  const list = addresses(1500);
  const { channel, tell, become } = aChannelFor(list);
  tell('a1');
  const first = work(channel, TAKEN, 4);
  const taken = channel.of('delivery.expanded').flatMap(({ members }) => members.map(({ address }) => address));
  assert.ok(taken.length < list.length);
  const changed = [...list.slice(750), 'new@example.org'];
  become(changed);
  const sent = [...first, ...work(channel)];
  assert.equal(new Set(sent).size, sent.length);
  for (const address of list.slice(750)) assert.ok(sent.includes(memberId('a1', address)));
  for (const address of list.slice(0, 750))
    assert.equal(sent.includes(memberId('a1', address)), taken.includes(address));
});

test('[BR-REL-013] too old half-way: the rest is a dead letter, and a replay goes on where it stopped', () => {
  const list = addresses(1200);
  const { channel, tell } = aChannelFor(list, { expireAfter: 60_000 });
  tell('a1');
  const first = work(channel, TAKEN, 3);
  channel.now += 61_000;
  work(channel);
  const letter = channel.of('delivery.dead').find(({ notificationId }) => notificationId === 'a1');
  assert.ok(letter !== undefined && letter.notification.toldThrough !== undefined);
  assert.match(letter.reasons[0]!.detail, /1000 were told/);
  const { notification } = letter;
  channel.take({ ...notification, createdAt: channel.now });
  const rest = work(channel);
  assert.equal(new Set([...first, ...rest]).size, first.length + rest.length);
  assert.equal(rest.length, 200);
});

test('[BR-REL-013] an audience that is not declared any more is a dead letter, and its group hears that nobody was reached', () => {
  const { channel } = aChannelFor([]);
  channel.queue('a1', { recipient: audienceLine('gone') });
  work(channel);
  const [letter] = channel.of('delivery.dead');
  assert.equal(letter?.reasons[0]?.code, 'delivery.audience-unknown');
  assert.equal(channel.undelivered.length, 1);
  assert.equal(channel.dueAt(), null);
});

test('[BR-NOT-012] one address of many that is refused is a dead letter of its own: no fallback, no escalation', () => {
  const { channel, tell } = aChannelFor(addresses(3), { fallback: 'phone' });
  tell('a1');
  work(channel, REFUSED);
  assert.equal(channel.of('delivery.dead').length, 3);
  assert.deepEqual(channel.effects, []);
  assert.deepEqual(channel.undelivered, []);
});

test('[BR-NOT-012] an open breaker takes nobody more on; when its pause is over a chunk goes to see', () => {
  const breaker = { failures: 3, pause: 10_000, maxPause: 60_000 };
  const { channel, tell } = aChannelFor(addresses(2000), {
    breaker,
    concurrency: 3,
    retry: { maxAttempts: 1, initial: 1, max: 1 },
  });
  tell('a1');
  work(channel, { kind: 'retry', detail: '503', notBefore: null }, 3);
  const before = channel.of('delivery.expanded').length;
  assert.equal(channel.of('channel.breaker-opened').length, 1);
  assert.deepEqual(work(channel), []);
  assert.equal(channel.of('delivery.expanded').length, before);
  channel.now += 10_000;
  assert.equal(work(channel).length > 1900, true, 'the rest is told once it is closed again');
});

test('what is remembered of others is not pushed out by the members of an audience', () => {
  const { channel, tell } = aChannelFor(addresses(1500));
  channel.queue('b1');
  for (const id of channel.pump()) channel.answer(id, { kind: 'delivered', detail: '200', reference: 'thread-1' });
  tell('a1');
  work(channel, { kind: 'delivered', detail: '200', reference: 'r' });
  channel.queue('b1');
  assert.deepEqual(channel.pump(), [], 'it was delivered');
  assert.deepEqual(
    channel.state?.conversations.map(({ reference }) => reference),
    ['thread-1'],
  );
});
