import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pack, unpack } from 'msgpackr';
import type { Notification } from '../../alert/notification.ts';
import type { ChannelPolicy } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { REMEMBERED } from '../../channels/channel-state.ts';
import { MOST_CONVERSATIONS } from '../../channels/conversations.ts';
import {
  type ChannelState,
  type DeliveryCommand,
  decideDelivery,
  deliveryDueAt,
  evolveDelivery,
} from '../../channels/delivery.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { aChannel } from '../support/fake-policy.ts';
import { aNotification } from '../support/notification.ts';

const T0 = 1_000_000;
const DELIVERED: Outcome = { kind: 'delivered', detail: '200' };
const RETRY: Outcome = { kind: 'retry', detail: '503', notBefore: null };

/** One channel lived by hand. */
class Channel {
  state: ChannelState | null = null;
  policy: ChannelPolicy | null;

  constructor(change: Partial<ChannelPolicy> = {}) {
    this.policy = aChannel('ops', change);
  }

  queue(id: string, change: Partial<Notification> = {}): this {
    this.run({ kind: 'queue', notification: aNotification({ id, groupId: id[0]!, ...change }) });
    return this;
  }

  /** Ids that are started. */
  pump(now = T0): string[] {
    return this.run({ kind: 'pump' }, now).sends.map((send) => send.notification.id);
  }

  outcome(notificationId: string, outcome: Outcome, now = T0, attempt = 1) {
    const { events } = this.run({ kind: 'outcome', notificationId, attempt, outcome, random: 0.5 }, now);
    return { event: events[0], code: events[0]?.reasons[0]?.code };
  }

  run(command: DeliveryCommand, now = T0) {
    const decision = decideDelivery(this.state, command, now, this.policy);
    for (const event of decision.events) this.state = evolveDelivery(this.state, event);
    return decision;
  }

  dueAt(): number | null {
    return deliveryDueAt(this.state!, this.policy);
  }
}

describe('turns', () => {
  test('[BR-NOT-014] within a group strictly in order, whatever the priority', () => {
    const channel = new Channel({ concurrency: 10 }).queue('a1', { priority: 'P5' }).queue('a2', { priority: 'P1' });
    assert.deepEqual(channel.pump(), ['a1']);
    assert.deepEqual(channel.pump(), []);
    channel.outcome('a1', DELIVERED);
    assert.deepEqual(channel.pump(), ['a2']);
  });

  test('[BR-NOT-014] between groups the most urgent first, then the oldest', () => {
    const channel = new Channel({ concurrency: 1 });
    channel.queue('a1', { priority: 'P3' }).queue('b1', { priority: 'P3' }).queue('c1', { priority: 'P1' });
    const started: string[] = [];
    for (let i = 0; i < 3; i++) {
      const [id] = channel.pump();
      started.push(id!);
      channel.outcome(id!, DELIVERED);
    }
    assert.deepEqual(started, ['c1', 'a1', 'b1']);
  });

  test('as many groups at once as the channel allows', () => {
    const channel = new Channel({ concurrency: 2 }).queue('a1').queue('b1').queue('c1');
    assert.deepEqual(channel.pump(), ['a1', 'b1']);
    assert.equal(channel.dueAt(), null);
    channel.outcome('b1', DELIVERED);
    assert.deepEqual(channel.pump(), ['c1']);
  });

  test('a notification is queued once, while it waits and after it was delivered', () => {
    const channel = new Channel().queue('a1').queue('a1');
    assert.deepEqual(channel.pump(), ['a1']);
    channel.queue('a1').outcome('a1', DELIVERED);
    channel.queue('a1');
    assert.deepEqual(channel.pump(), []);
    for (let i = 0; i < REMEMBERED; i++) {
      channel.queue(`b${i}`).pump();
      channel.outcome(`b${i}`, DELIVERED);
    }
    assert.deepEqual(channel.queue('a1').pump(), ['a1'], 'only the last ones are remembered');
  });
});

describe('outcomes', () => {
  test('[BR-NOT-011] [BR-ERR-006] a failure that may pass is tried again later, and its group waits for it', () => {
    const channel = new Channel().queue('a1').queue('a2').queue('b1');
    channel.pump();
    const { event, code } = channel.outcome('a1', RETRY);
    assert.ok(event?.type === 'delivery.retry');
    assert.equal(code, 'delivery.retry');
    assert.equal(event.notBefore, T0 + 500);
    assert.deepEqual(channel.pump(T0 + 499), []);
    channel.outcome('b1', DELIVERED);
    assert.equal(channel.dueAt(), T0 + 500);
    assert.deepEqual(
      channel.run({ kind: 'pump' }, T0 + 500).sends.map((send) => send.attempt),
      [2],
    );
  });

  test('Retry-After is the least that it waits', () => {
    const channel = new Channel().queue('a1');
    channel.pump();
    const { event } = channel.outcome('a1', { ...RETRY, notBefore: T0 + 90_000 });
    assert.ok(event?.type === 'delivery.retry' && event.notBefore === T0 + 90_000);
  });

  test('[BR-ERR-009] after the last attempt it is a dead letter, whole, and the next of its group goes', () => {
    const channel = new Channel({ retry: { maxAttempts: 2, initial: 1, max: 1 } }).queue('a1').queue('a2');
    channel.pump();
    channel.outcome('a1', RETRY);
    channel.pump();
    const { event, code } = channel.outcome('a1', RETRY, T0, 2);
    assert.ok(event?.type === 'delivery.dead');
    assert.equal(code, 'delivery.exhausted');
    assert.equal(event.notification.id, 'a1');
    assert.deepEqual(channel.pump(), ['a2']);
  });

  test('[BR-ERR-009] where no other channel takes over it is tried more often, and says so', () => {
    const retry = { maxAttempts: 2, maxAttemptsAlone: 3, initial: 1, max: 1 };
    const ends = (change: Partial<ChannelPolicy>) => {
      const channel = new Channel({ retry, ...change }).queue('a1');
      const ended: (string | undefined)[] = [];
      for (let attempt = 1; attempt <= 3; attempt++) {
        const [started] = channel.run({ kind: 'pump' }, T0 + attempt * 10).events;
        if (started === undefined) break;
        ended.push(started.reasons[0]?.detail, channel.outcome('a1', RETRY, T0 + attempt * 10, attempt).event?.type);
      }
      return ended;
    };
    const [first, again] = ['delivery.retry', 'delivery.retry'];
    assert.deepEqual(ends({}), ['attempt 1 of 3', first, 'attempt 2 of 3', again, 'attempt 3 of 3', 'delivery.dead']);
    assert.deepEqual(ends({ fallback: 'sms' }), ['attempt 1 of 2', first, 'attempt 2 of 2', 'delivery.diverted']);
  });

  test('[BR-ERR-002] [BR-ERR-009] a refusal for good is a dead letter at once; replayed, it dies under another id', () => {
    const channel = new Channel();
    const die = () => {
      channel.pump();
      const { event, code } = channel.outcome('a1', { kind: 'rejected', detail: '410' });
      assert.ok(event?.type === 'delivery.dead' && code === 'delivery.rejected');
      return event.deadLetterId;
    };
    channel.queue('a1');
    const first = die();
    const notification = aNotification({ id: 'a1', groupId: 'a' });
    const { events } = channel.run({ kind: 'queue', notification, because: reason('delivery.replayed') });
    assert.equal(events[0]?.reasons[0]?.code, 'delivery.replayed');
    assert.notEqual(die(), first);
  });

  test('an outcome of something else than the attempt under way is ignored', () => {
    const channel = new Channel().queue('a1');
    assert.equal(channel.outcome('a1', DELIVERED).event, undefined);
    channel.pump();
    assert.equal(channel.outcome('a1', DELIVERED, T0, 2).event, undefined);
    assert.equal(channel.outcome('zz', DELIVERED).event, undefined);
    channel.outcome('a1', DELIVERED);
    assert.equal(channel.outcome('a1', DELIVERED).event, undefined);
  });
});

describe('a send that never left', () => {
  test('[BR-NOT-011] waits a moment, and no attempt is used up', () => {
    const channel = new Channel({ retry: { maxAttempts: 1, initial: 1000, max: 1000 } }).queue('a1');
    channel.pump();
    const { event, code } = channel.outcome('a1', { kind: 'unsent', detail: 'given up' });
    assert.equal(code, 'delivery.unsent');
    assert.ok(event?.type === 'delivery.unsent' && event.notBefore > T0);
    assert.deepEqual(channel.pump(event.notBefore), ['a1']);
    assert.equal(channel.outcome('a1', DELIVERED, event.notBefore).code, 'delivery.delivered');
  });
});

describe('an answer that was lost, of a provider that knows no message again', () => {
  const LOST: Outcome = { kind: 'uncertain', detail: 'reset after the body went out' };

  test('[BR-NOT-011] is sent again after a while and says that it may come twice, where the channel says resend', () => {
    const channel = new Channel().queue('a1');
    channel.pump();
    const { event, code } = channel.outcome('a1', LOST);
    assert.ok(event?.type === 'delivery.uncertain' && event.resend);
    assert.equal(code, 'delivery.answer-lost');
    assert.deepEqual(channel.pump(T0 + 499), []);
    assert.deepEqual(channel.pump(T0 + 500), ['a1']);
  });

  test('[BR-ERR-009] or is a dead letter for a person to look at', () => {
    const channel = new Channel({ onUncertain: 'dead-letter' }).queue('a1');
    channel.pump();
    const { events } = channel.run({ kind: 'outcome', notificationId: 'a1', attempt: 1, outcome: LOST, random: 0 });
    assert.deepEqual(
      events.map(({ type, reasons }) => [type, reasons[0]?.code]),
      [
        ['delivery.uncertain', 'delivery.answer-lost'],
        ['delivery.dead', 'delivery.answer-lost'],
      ],
    );
    assert.equal(channel.state?.deliveries.length, 0);
  });

  test('and gets no more attempts than others', () => {
    const channel = new Channel({ retry: { maxAttempts: 1, initial: 1, max: 1 } }).queue('a1');
    channel.pump();
    const { events } = channel.run({ kind: 'outcome', notificationId: 'a1', attempt: 1, outcome: LOST, random: 0 });
    assert.equal(events[1]?.reasons[0]?.code, 'delivery.exhausted');
  });
});

describe('the reference of a conversation', () => {
  const earlierOf = (channel: Channel, now = T0) =>
    channel.run({ kind: 'pump' }, now).sends.map((send) => send.earlier);
  const answer = (channel: Channel, id: string, reference?: string, now = T0) =>
    channel.outcome(id, { ...DELIVERED, ...(reference === undefined ? {} : { reference }) }, now);
  const DAY = 86_400_000;

  test('[BR-NOT-003] is handed to the next send of the same group, and of no other', () => {
    const channel = new Channel().queue('a1').queue('b1');
    assert.deepEqual(earlierOf(channel), [null, null]);
    answer(channel, 'a1', 'ts-1');
    answer(channel, 'b1');
    channel.queue('a2').queue('b2');
    channel.state = unpack(pack(channel.state));
    assert.deepEqual(earlierOf(channel), ['ts-1', null]);
    answer(channel, 'a2');
    channel.queue('a3');
    assert.deepEqual(earlierOf(channel), ['ts-1'], 'a send that leaves none leaves the one before');
  });

  test('each recipient has one of their own', () => {
    const to = (name: string) => ({ recipient: { name, address: `${name}@example.org` } });
    const channel = new Channel().queue('a1', to('user/alice'));
    channel.pump();
    answer(channel, 'a1', '<1@herald>');
    channel.queue('a2', to('user/bob'));
    assert.deepEqual(earlierOf(channel), [null]);
    answer(channel, 'a2', '<2@herald>');
    channel.queue('a3', to('user/alice'));
    assert.deepEqual(earlierOf(channel), ['<1@herald>']);
  });

  test('is dropped a day after its group ended, and after a month of silence', () => {
    const channel = new Channel().queue('a1', { status: 'resolved' }).queue('b1');
    channel.pump();
    answer(channel, 'a1', 'ended');
    answer(channel, 'b1', 'open');
    channel.queue('a2').queue('b2');
    assert.deepEqual(earlierOf(structuredCloneOf(channel), T0 + DAY), ['ended', 'open']);
    assert.deepEqual(earlierOf(structuredCloneOf(channel), T0 + DAY + 1), [null, 'open']);
    assert.deepEqual(earlierOf(channel, T0 + 30 * DAY + 1), [null, null]);
  });

  test('one that is too long is not kept, and however many there are, memory is bounded', () => {
    const channel = new Channel().queue('a1');
    channel.pump();
    answer(channel, 'a1', 'x'.repeat(2049));
    assert.equal(channel.state?.conversations.length, 0);
    for (let i = 0; i <= MOST_CONVERSATIONS; i++) {
      channel.queue(`n${i}`, { groupId: `g${i}` }).pump();
      answer(channel, `n${i}`, `r${i}`, T0 + i);
    }
    const kept = channel.state!.conversations;
    assert.ok(kept.length <= MOST_CONVERSATIONS);
    assert.equal(kept.at(-1)?.reference, `r${MOST_CONVERSATIONS}`);
    assert.ok(!kept.some(({ reference }) => reference === 'r0'), 'the oldest went');
  });
});

function structuredCloneOf(channel: Channel): Channel {
  const clone = new Channel();
  clone.state = structuredClone(channel.state);
  return clone;
}

describe('a channel that is not declared', () => {
  test('[BR-ERR-009] makes dead letters of what comes and of what waits', () => {
    const channel = new Channel({ concurrency: 1 }).queue('a1').queue('a2').queue('b1');
    channel.pump();
    channel.policy = null;
    assert.equal(channel.dueAt(), 0);
    channel.pump();
    assert.deepEqual(
      channel.state?.deliveries.map((delivery) => delivery.notification.id),
      ['a1'],
    );
    channel.queue('c1');
    assert.equal(channel.outcome('a1', RETRY).code, 'channel.unknown');
    assert.equal(channel.state?.deliveries.length, 0);
    assert.equal(channel.state?.deadCount, 4);
    assert.equal(channel.dueAt(), null);
  });

  test('however many wait, every one dies, in bounded steps', () => {
    const channel = new Channel();
    for (let i = 0; i < 1000; i++) channel.queue(`n${i}`, { groupId: `g${i % 3}` });
    channel.policy = null;
    let steps = 0;
    while (channel.dueAt() !== null) {
      assert.ok(channel.run({ kind: 'pump' }).events.length <= 256);
      steps++;
    }
    assert.equal(channel.state?.deadCount, 1000);
    assert.equal(steps, 4);
  });
});

describe('after a takeover', () => {
  const interrupted = (change: Partial<ChannelPolicy>) => {
    const channel = new Channel(change).queue('a1').queue('a2').queue('b1');
    channel.pump();
    channel.state = unpack(pack(channel.state));
    return { channel, events: channel.run({ kind: 'recovered' }).events };
  };

  test('what was under way is uncertain and sent again, with the same id, before the rest of its group', () => {
    const { channel, events } = interrupted({});
    assert.deepEqual(
      events.map((event) => [event.type, 'notificationId' in event && event.notificationId]),
      [
        ['delivery.uncertain', 'a1'],
        ['delivery.uncertain', 'b1'],
      ],
    );
    assert.deepEqual(channel.pump(), ['a1', 'b1']);
  });

  test('or becomes a dead letter, where the channel says so', () => {
    const { channel, events } = interrupted({ onUncertain: 'dead-letter' });
    assert.ok(events[0]?.type === 'delivery.uncertain' && !events[0].resend);
    assert.equal(events.filter((event) => event.type === 'delivery.dead').length, 2);
    const ids = events.flatMap((event) => (event.type === 'delivery.dead' ? event.deadLetterId : []));
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(channel.pump(), ['a2']);
  });

  test('what was on its last attempt does not get another', () => {
    const { events } = interrupted({ retry: { maxAttempts: 1, initial: 1, max: 1 } });
    assert.equal(events.filter((event) => event.type === 'delivery.dead').length, 2);
  });
});
