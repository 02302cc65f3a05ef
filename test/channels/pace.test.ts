/** A provider that wants fewer requests: nothing is lost, given up or diverted for our own haste, and it is not asked more than it allows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChannelPolicy } from '../../alert/policy.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { noteLimited, noteSent, noteTaken, ownPace, roomIn } from '../../channels/pace.ts';
import '../support/leaks.ts';
import { LivedChannel, T0 } from './lived-channel.ts';

const retry = { maxAttempts: 10, initial: 1000, max: 300_000 };
const breaker = { failures: 20, pause: 10_000, maxPause: 120_000 };
const DELIVERED: Outcome = { kind: 'delivered', detail: '200' };
const limitedUntil = (notBefore: number | null): Outcome => ({
  kind: 'retry',
  detail: '429',
  notBefore,
  limited: true,
});

/** It takes `most` in each second, and asks the others to come again a second later. */
class Provider {
  readonly channel: LivedChannel;
  readonly took: string[] = [];
  refused = 0;
  readonly #most: number;
  #second = -1;
  #inSecond = 0;

  constructor(most: number, change: Partial<ChannelPolicy> = {}) {
    this.#most = most;
    this.channel = new LivedChannel({ concurrency: 16, retry, breaker, fallback: 'sms', ...change });
  }

  queue(count: number): this {
    for (let i = 0; i < count; i++) this.channel.queue(`${String.fromCodePoint(0x4e00 + i)}1`);
    return this;
  }

  /** Until all is done, or so much time has passed; an answer takes 20 ms. */
  run(longest: number): this {
    const { channel } = this;
    for (let sent: string[] = channel.settle(); channel.now < T0 + longest; sent = channel.settle()) {
      channel.now += 20;
      for (const id of sent) this.#answer(id);
      if (sent.length > 0) continue;
      const due = channel.dueAt();
      if (due === null) return this;
      channel.now = Math.max(channel.now, due);
    }
    return this;
  }

  #answer(id: string): void {
    const { channel } = this;
    const second = Math.floor(channel.now / 1000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    const attempt = channel.of('delivery.attempting').findLast((event) => event.notificationId === id)!.attempt;
    if (this.#inSecond++ < this.#most) {
      this.took.push(id);
      channel.answer(id, DELIVERED, attempt);
    } else {
      this.refused++;
      channel.answer(id, limitedUntil(channel.now + 1000), attempt);
    }
  }
}

test('[BR-NOT-011] [BR-REL-007] what waits for a provider that takes five a second is delivered as fast as it takes it, all of it, by its own channel', () => {
  const provider = new Provider(5).queue(200).run(200_000);
  const { channel, took, refused } = provider;
  assert.equal(took.length, 200);
  assert.deepEqual(channel.effects, []);
  assert.equal(channel.of('delivery.dead').length + channel.of('channel.breaker-opened').length, 0);
  const seconds = (channel.now - T0) / 1000;
  assert.ok(seconds < 120, `${seconds} s for what takes 40 s at best`);
  assert.ok(refused < 200, `${refused} were refused`);
});

test('[BR-NOT-011] whatever a provider takes, nothing is given up for asking too often', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 16 }),
      (most, count, concurrency) => {
        const { channel, took } = new Provider(most, { concurrency }).queue(count).run(600_000);
        assert.equal(new Set(took).size, count);
        assert.equal(took.length, count);
        assert.deepEqual(channel.effects, []);
      },
    ),
    { numRuns: 60 },
  );
});

test('[BR-ERR-012] a provider that takes nothing at all any more is given up as ever: to the fallback, after its attempts', () => {
  const { channel, took } = new Provider(0).queue(3).run(3_600_000);
  assert.equal(took.length, 0);
  assert.deepEqual(
    channel.effects.map(({ channel: to }) => to),
    ['sms', 'sms', 'sms'],
  );
  assert.equal(channel.of('channel.breaker-opened').length, 0, 'it is there, and says so');
});

test('[BR-REL-010] who has somewhere else to go does not wait for a pause of more than a minute', () => {
  const channel = new LivedChannel({ fallback: 'sms', retry }).queue('a1').queue('b1');
  assert.deepEqual(channel.settle(), ['a1', 'b1']);
  channel.answer('a1', limitedUntil(T0 + 3_600_000));
  channel.queue('c1');
  assert.deepEqual(channel.settle(), []);
  assert.deepEqual(
    channel.effects.map(({ id }) => id),
    ['a1-f', 'c1-f'],
  );
  assert.equal(channel.of('delivery.diverted')[0]?.reasons[0]?.code, 'delivery.limited');
  channel.now = T0 + 3_600_000;
  channel.answer('b1', DELIVERED);
  channel.queue('d1');
  assert.deepEqual(channel.settle(), ['d1'], 'the pause is over');
  const alone = new LivedChannel({ retry }).queue('a1').queue('b1');
  alone.settle();
  alone.answer('a1', limitedUntil(T0 + 3_600_000));
  alone.answer('b1', DELIVERED);
  alone.queue('c1');
  assert.deepEqual(alone.settle(), [], 'who has nothing else waits');
  assert.equal(alone.dueAt(), T0 + 3_600_000);
  assert.equal(alone.of('delivery.held').at(-1)?.reasons[0]?.code, 'delivery.limited');
});

test('[BR-NOT-014] after a pause the most urgent goes first', () => {
  const channel = new LivedChannel({ concurrency: 1, retry }).queue('a1').queue('b1');
  channel.settle();
  channel.answer('a1', limitedUntil(T0 + 5000));
  channel.queue('c1', { priority: 'P1' });
  assert.deepEqual(channel.settle(), []);
  channel.now = T0 + 5000;
  assert.deepEqual(channel.settle(), ['c1']);
});

test('half as many after each pause, and one more with as many as are taken, up to what the channel allows', () => {
  const pace = ownPace();
  assert.equal(roomIn(pace, 16), 16);
  noteLimited(pace, 16, 0, 1000);
  noteLimited(pace, 15, 10, 1010);
  assert.deepEqual([roomIn(pace, 16), pace.until], [8, 1010], 'one burst counts once');
  noteSent(pace, 1010);
  noteLimited(pace, 8, 1010, 2000);
  assert.equal(roomIn(pace, 16), 4);
  for (let i = 0; i < 5; i++) noteTaken(pace);
  assert.equal(roomIn(pace, 16), 5);
  for (let i = 0; i < 600_000; i++) noteTaken(pace);
  assert.equal(pace.window, 0);
  const tight = ownPace();
  for (let i = 0; i < 10; i++) noteLimited(tight, 1, i * 1000, i * 1000 + 500);
  assert.equal(roomIn(tight, 16), 1, 'one is always let through');
});
