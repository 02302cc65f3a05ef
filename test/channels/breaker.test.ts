import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reason } from '../../alert/reason.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { anAlert } from '../support/notification.ts';
import { LivedChannel, T0 } from './lived-channel.ts';

const DELIVERED: Outcome = { kind: 'delivered', detail: '200' };
const RETRY: Outcome = { kind: 'retry', detail: '503', notBefore: null };
const BREAKER = { failures: 3, pause: 10_000, maxPause: 40_000 };
const retry = { maxAttempts: 100, initial: 2, max: 2 };

/** Three failures in a row of a1, b1 and c1. */
function broken(change = {}): LivedChannel {
  const channel = new LivedChannel({ breaker: BREAKER, retry, ...change }).queue('a1').queue('b1').queue('c1');
  channel.settle();
  for (const id of ['a1', 'b1']) assert.deepEqual(channel.answer(id, RETRY), ['delivery.retry delivery.retry']);
  channel.answer('c1', RETRY);
  return channel;
}

describe('the breaker', () => {
  test('[BR-REL-007] opens after so many failures in a row: nothing leaves, and what is next says why', () => {
    const channel = broken();
    const [opened] = channel.of('channel.breaker-opened');
    assert.deepEqual([opened?.failures, opened?.until], [3, T0 + 10_000]);
    channel.now = T0 + 100;
    assert.deepEqual(channel.settle(), []);
    assert.equal(channel.of('delivery.held')[0]?.reasons[0]?.code, 'breaker.open');
    assert.equal(channel.dueAt(), T0 + 10_000);
  });

  test('[BR-REL-007] lets one through when its pause is over; its success closes it', () => {
    const channel = broken();
    channel.now = T0 + 10_000;
    assert.deepEqual(channel.settle(), ['a1']);
    assert.equal(channel.dueAt(), null, 'the others wait for what comes of it');
    assert.deepEqual(channel.answer('a1', DELIVERED, 2), [
      'delivery.delivered delivery.delivered',
      'channel.breaker-closed breaker.closed',
    ]);
    assert.deepEqual(channel.settle(), ['b1', 'c1']);
  });

  test('[BR-REL-007] its failure opens it for twice as long, up to the longest', () => {
    const channel = broken();
    const pauses: number[] = [];
    for (let attempt = 2; attempt <= 5; attempt++) {
      channel.now = channel.dueAt()!;
      const [id] = channel.settle();
      channel.answer(id!, RETRY, id === 'a1' ? channel.state!.deliveries[0]!.attempts : attempt);
      const opened = channel.of('channel.breaker-opened').at(-1)!;
      pauses.push(opened.until - opened.at);
    }
    assert.deepEqual(pauses.slice(0, 3), [20_000, 40_000, 40_000]);
  });

  test('[BR-REL-007] a refusal for good is an answer: the provider is there', () => {
    const channel = new LivedChannel({ breaker: BREAKER, retry });
    for (let i = 0; i < 10; i++) {
      channel.queue(`n${i}`, { groupId: `g${i}` }).settle();
      channel.answer(`n${i}`, { kind: 'rejected', detail: '400' });
    }
    assert.equal(channel.of('channel.breaker-opened').length, 0);
  });

  test('[BR-REL-007] a probe that never left, or whose owner was lost, is no failure: another one is let through', () => {
    const channel = broken();
    channel.now = T0 + 10_000;
    channel.settle();
    channel.answer('a1', { kind: 'unsent', detail: 'not the owner' }, 2);
    assert.deepEqual(channel.settle(), ['b1']);
    channel.state = structuredClone(channel.state);
    channel.run({ kind: 'recovered' });
    assert.equal(channel.settle().length, 1);
  });
});

describe('the fallback', () => {
  const refuse: Outcome = { kind: 'rejected', detail: 'HTTP 410' };

  test('[BR-ERR-012] [BR-REL-010] takes at once what the channel refused for good, under an id that follows from the first', () => {
    const channel = new LivedChannel({ fallback: 'sms' }).queue('a1');
    channel.settle();
    assert.deepEqual(channel.answer('a1', refuse), ['delivery.diverted delivery.rejected']);
    const [went] = channel.effects;
    assert.deepEqual([went?.id, went?.channel], ['a1-f', 'sms']);
    assert.deepEqual(went?.cameFrom, { channel: 'ops', notificationId: 'a1' });
    assert.equal(channel.state?.deliveries.length, 0);
  });

  test('[BR-ERR-012] takes what failed at its last attempt', () => {
    const channel = new LivedChannel({ fallback: 'sms', retry: { maxAttempts: 1, initial: 1, max: 1 } }).queue('a1');
    channel.settle();
    assert.deepEqual(channel.answer('a1', RETRY), ['delivery.diverted delivery.exhausted']);
  });

  test('[BR-ERR-012] takes everything that waits while the breaker is open, also what waits for a retry', () => {
    const channel = broken({ fallback: 'sms' });
    channel.queue('d1');
    assert.deepEqual(channel.settle(), []);
    assert.deepEqual(
      channel.effects.map(({ id }) => id),
      ['a1-f', 'b1-f', 'c1-f', 'd1-f'],
    );
    channel.now = T0 + 10_000;
    channel.queue('e1').queue('f1');
    assert.deepEqual(channel.settle(), ['e1'], 'one is let through, the others go elsewhere');
    assert.equal(channel.effects.at(-1)?.id, 'f1-f');
  });

  test('[BR-ERR-012] takes also what could be let through to see, but is held by a limit', () => {
    const recipientLimit = { interval: 60_000, burst: 1 };
    const channel = new LivedChannel({ fallback: 'sms', breaker: { ...BREAKER, failures: 1 }, retry, recipientLimit });
    channel.queue('a1').settle();
    channel.answer('a1', RETRY);
    channel.now = T0 + 10_000;
    channel.queue('b1');
    assert.deepEqual(channel.settle(), [], 'it comes to rest');
    assert.deepEqual(channel.effects.map(({ id }) => id).toSorted(), ['a1-f', 'b1-f']);
  });

  test('[BR-ERR-011] who was told by the fallback hears of the end there, too', () => {
    const channel = new LivedChannel({ fallback: 'sms' }).queue('a1');
    channel.settle();
    channel.answer('a1', refuse);
    channel.state = structuredClone(channel.state);
    channel.queue('a2');
    assert.equal(channel.effects.length, 1, 'what only fires is not told twice');
    channel.queue('a3', { status: 'resolved', alerts: [anAlert({ status: 'resolved' })] });
    assert.deepEqual(channel.effects.at(-1)?.id, 'a3-f');
    assert.equal(channel.of('delivery.copied')[0]?.to, 'sms');
    channel.queue('a4').queue('a5', { status: 'resolved', alerts: [anAlert({ status: 'resolved' })] });
    assert.equal(channel.effects.length, 2, 'the next episode is another story');
  });

  test('[BR-ERR-011] unless that channel wants to hear of no end', () => {
    const channel = new LivedChannel({ fallback: 'sms' }).queue('a1');
    channel.neighbours = { wants: () => false, audience: () => null };
    channel.settle();
    channel.answer('a1', refuse);
    channel.queue('a2', { status: 'resolved', alerts: [anAlert({ status: 'resolved' })] });
    assert.equal(channel.effects.length, 1);
  });

  const taken = { reasons: [reason('group.acknowledged', 'by alice')], alerts: [anAlert({ acknowledged: true })] };

  test('[BR-NOT-017] who was told by the fallback hears there that somebody took it on, where that channel hears of it', () => {
    const channel = new LivedChannel({ fallback: 'pager' }).queue('a1');
    const asked: string[] = [];
    channel.neighbours = {
      wants: (to, news) => asked.push(`${to} ${news}`) > 0 && to === 'pager',
      audience: () => null,
    };
    channel.settle();
    channel.answer('a1', refuse);
    channel.queue('a2', taken);
    assert.deepEqual(asked, ['pager acknowledged']);
    assert.equal(channel.effects.at(-1)?.id, 'a2-f');
  });

  test('[BR-NOT-017] that somebody took it on is told by no other channel, and calls nobody when it cannot be told', () => {
    const channel = new LivedChannel({ fallback: 'sms' }).queue('a1', taken);
    channel.settle();
    channel.answer('a1', refuse);
    assert.equal(channel.of('delivery.dead').length, 1);
    assert.deepEqual(channel.effects, []);
    assert.deepEqual(channel.undelivered, []);
  });

  test('[BR-ERR-009] where none is left it is a dead letter that says that nobody was reached', () => {
    const channel = new LivedChannel({}, 'sms');
    channel.queue('a1-f', { cameFrom: { channel: 'ops', notificationId: 'a1' } }).settle();
    channel.answer('a1-f', refuse);
    const [dead] = channel.of('delivery.dead');
    assert.deepEqual(
      dead?.reasons.map(({ code }) => code),
      ['delivery.rejected', 'delivery.nobody-reached'],
    );
    assert.deepEqual(
      channel.undelivered.map(({ group, detail }) => [group, detail]),
      [['a', 'HTTP 410']],
      'its group hears of it',
    );
  });

  test('what is uncertain and is to be looked at by a person goes to no other channel', () => {
    const channel = new LivedChannel({ fallback: 'sms', onUncertain: 'dead-letter' }).queue('a1');
    channel.settle();
    channel.answer('a1', { kind: 'uncertain', detail: 'reset' });
    assert.equal(channel.effects.length, 0);
    assert.equal(channel.of('delivery.dead').length, 1);
  });
});

describe('a spread', () => {
  const members = ['one', 'two', 'three'];
  const spread = () => new LivedChannel({ members, fallback: 'last' }, 'spread');

  test('[BR-NOT-020] hands each group to one of its members, and stays with it', () => {
    const channel = spread();
    for (let i = 0; i < 300; i++) channel.queue(`n${i}`, { groupId: `g${i}` });
    const counts = Map.groupBy(channel.effects, (went) => went.channel);
    for (const name of members) assert.ok((counts.get(name)?.length ?? 0) > 60, `${name} has its share`);
    const before = new Map(channel.effects.map((went) => [went.groupId, went.channel]));
    channel.policy = { ...channel.policy, members: [...members, 'four'] };
    for (let i = 0; i < 300; i++) channel.queue(`m${i}`, { groupId: `g${i}` });
    for (const went of channel.effects.slice(300)) assert.equal(went.channel, before.get(went.groupId));
    assert.equal(channel.state?.deliveries.length, 0);
  });

  test('[BR-NOT-020] a member that is broken sends on to the next, then to the fallback of the spread, and never back', () => {
    const channel = spread().queue('a1');
    const [first] = channel.effects;
    const tried = [first!.channel];
    let at = first!;
    while (tried.length < 4) {
      const member = new LivedChannel({ fallback: 'of the member' }, at.channel).take(at);
      member.settle();
      member.answer(at.id, { kind: 'rejected', detail: '410' });
      at = member.effects[0]!;
      tried.push(at.channel);
    }
    assert.deepEqual(tried.toSorted(), ['last', 'one', 'three', 'two']);
    assert.equal(tried.at(-1), 'last');
    const end = new LivedChannel({ fallback: 'of the member' }, 'last').take(at);
    end.settle();
    end.answer(at.id, { kind: 'rejected', detail: '410' });
    assert.equal(end.of('delivery.dead').length, 1);
  });

  test('the same notification is handed on once', () => {
    const channel = spread().queue('a1').queue('a1');
    assert.equal(channel.effects.length, 1);
  });
});
