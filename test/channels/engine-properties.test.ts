/** A channel with every limit at once, under random notifications, outcomes, waits and takeovers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PRIORITIES } from '../../alert/alert.ts';
import { decideDelivery } from '../../channels/delivery.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { anAlert } from '../support/notification.ts';
import { LivedChannel } from './lived-channel.ts';

const limits = fc.record(
  {
    rateLimit: fc.record({ interval: fc.integer({ min: 1, max: 2000 }), burst: fc.integer({ min: 1, max: 5 }) }),
    recipientLimit: fc.record({ interval: fc.integer({ min: 1, max: 2000 }), burst: fc.integer({ min: 1, max: 3 }) }),
    breaker: fc.record({
      failures: fc.integer({ min: 1, max: 4 }),
      pause: fc.constant(500),
      maxPause: fc.constant(2000),
    }),
    fallback: fc.constant('sms'),
    expireAfter: fc.integer({ min: 1, max: 5000 }),
    bundle: fc.integer({ min: 2, max: 5 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
);

const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Outcome>({ kind: 'delivered', detail: '' }) },
  { weight: 3, arbitrary: fc.constant<Outcome>({ kind: 'retry', detail: '', notBefore: null }) },
  fc.constant<Outcome>({ kind: 'rejected', detail: '' }),
  fc.constant<Outcome>({ kind: 'uncertain', detail: '' }),
  fc.constant<Outcome>({ kind: 'unsent', detail: '' }),
);

const anyStep = fc.record({
  wait: fc.oneof(fc.constant(0), fc.nat(800)),
  kind: fc.constantFrom('queue', 'queue', 'queue', 'answer', 'answer', 'takeover'),
  group: fc.constantFrom('g', 'h', 'i', 'j'),
  recipient: fc.constantFrom('', 'user/alice', 'user/bob'),
  priority: fc.constantFrom(...PRIORITIES),
  status: fc.constantFrom('firing' as const, 'firing' as const, 'resolved' as const),
  later: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(2000)),
  which: fc.nat(5),
  outcome: anyOutcome,
});

type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

interface Attempt {
  readonly id: string;
  readonly attempt: number;
}

/** Drives it and notes what it was told; every time that it is due it must do something. */
class World {
  readonly channel: LivedChannel;
  readonly queued: string[] = [];
  #underWay: Attempt[] = [];

  constructor(change: object) {
    this.channel = new LivedChannel({ ...change, retry: { maxAttempts: 3, initial: 100, max: 400 } });
  }

  carryOut(step: Step): void {
    this.#advance(this.channel.now + step.wait);
    if (step.kind === 'queue') this.#queue(step);
    else if (step.kind === 'answer') this.#answer(step.which, step.outcome);
    else this.#takeOver();
    this.#settle();
  }

  /** Until nothing waits; what is under way is delivered. */
  finish(): void {
    for (let i = 0; i < 5000; i++) {
      this.#settle();
      if (this.#underWay.length > 0) this.#answer(0, { kind: 'delivered', detail: '' });
      else if (this.channel.dueAt() === null) return;
      else this.#advance(this.channel.dueAt()!);
    }
    throw new Error('it never comes to an end');
  }

  #queue({ group, recipient, priority, status, later }: Step): void {
    const id = `${group}${this.queued.length}`;
    this.queued.push(id);
    this.channel.queue(id, {
      priority,
      status,
      alerts: [anAlert({ fingerprint: id, status })],
      ...(recipient === '' ? {} : { recipient: { name: recipient, address: recipient } }),
      ...(later === 0 ? {} : { notBefore: this.channel.now + later }),
    });
  }

  #answer(which: number, outcome: Outcome): void {
    const [done] = this.#underWay.splice(which, 1);
    if (done !== undefined) this.channel.answer(done.id, outcome, done.attempt);
  }

  #takeOver(): void {
    this.channel.state = structuredClone(this.channel.state);
    this.#underWay = [];
    this.channel.run({ kind: 'recovered' });
  }

  #settle(): void {
    for (let i = 0; ; i++) {
      assert.ok(i < 1000, 'it comes to rest');
      const { events } = this.#pump();
      const due = this.channel.dueAt();
      if (due === null || due > this.channel.now) return;
      assert.ok(i === 0 || events.length > 0, 'what is due does something');
    }
  }

  #pump() {
    const { state, now, policy } = this.channel;
    const before = structuredClone(state);
    decideDelivery(state, { kind: 'pump' }, now, policy);
    assert.deepEqual(state, before, 'deciding changes nothing');
    const decision = this.channel.run({ kind: 'pump' });
    this.#underWay.push(...decision.sends.map(({ notification, attempt }) => ({ id: notification.id, attempt })));
    return decision;
  }

  #advance(to: number): void {
    this.channel.now = Math.max(this.channel.now, to);
  }
}

function live(change: object, steps: readonly Step[]): World {
  const world = new World(change);
  for (const step of steps) world.carryOut(step);
  world.finish();
  return world;
}

const anyHistory = fc.array(anyStep, { maxLength: 60 });

test('[BR-NOT-011] [BR-REL-007] with every limit at once nothing is lost, nothing ends twice, and it comes to rest', () => {
  fc.assert(
    fc.property(limits, anyHistory, (change, steps) => {
      const { channel, queued } = live(change, steps);
      const bundles = channel.of('delivery.bundled');
      const into = new Map(bundles.flatMap(({ of, notificationId }) => of.map((id) => [id, notificationId])));
      const ends = new Map<string, number>();
      for (const event of channel.events) {
        const isEnd = ['delivery.delivered', 'delivery.dead', 'delivery.diverted'].includes(event.type);
        if (isEnd && 'notificationId' in event)
          ends.set(event.notificationId, (ends.get(event.notificationId) ?? 0) + 1);
      }
      for (const id of queued) {
        let at = id;
        while (into.has(at)) at = into.get(at)!;
        assert.equal(ends.get(at), 1, `${id} ends once, as ${at}`);
      }
      for (const { of, notification } of bundles) assert.equal(notification.bundled?.length, of.length);
      assert.equal(channel.state?.deliveries.length ?? 0, 0);
    }),
  );
});

test('[BR-ERR-011] whatever it cannot deliver goes to the fallback as an effect, once', () => {
  fc.assert(
    fc.property(limits, anyHistory, (change, steps) => {
      const { channel } = live({ ...change, fallback: 'sms' }, steps);
      const went = [...channel.of('delivery.diverted'), ...channel.of('delivery.copied')].map(({ as }) => as);
      assert.deepEqual(channel.effects.map(({ id }) => id).toSorted(), went.toSorted());
      const refused = channel.of('delivery.dead').filter(({ reasons }) => reasons[0]?.code !== 'delivery.expired');
      assert.deepEqual(refused, []);
    }),
  );
});

test('[BR-NOT-014] within a group and recipient no first attempt overtakes another', () => {
  fc.assert(
    fc.property(limits, anyHistory, ({ bundle: _, ...change }, steps) => {
      const { channel, queued } = live(change, steps);
      const lanes = new Map(
        channel
          .of('delivery.queued')
          .map(({ notification }) => [notification.id, `${notification.groupId} ${notification.recipient?.name}`]),
      );
      const attempted = channel.of('delivery.attempting').filter(({ attempt }) => attempt === 1);
      for (const [, events] of Map.groupBy(attempted, ({ notificationId }) => lanes.get(notificationId))) {
        const order = [...new Set(events.map(({ notificationId }) => queued.indexOf(notificationId)))];
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        );
      }
    }),
  );
});
