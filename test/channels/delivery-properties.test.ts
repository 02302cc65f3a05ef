/** A channel under random notifications, outcomes, waits and takeovers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PRIORITIES } from '../../alert/alert.ts';
import {
  type ChannelState,
  type DeliveryCommand,
  decideDelivery,
  deliveryDueAt,
  evolveDelivery,
  type Send,
} from '../../channels/delivery.ts';
import type { ChannelEvent } from '../../channels/delivery-event.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { aChannel } from '../support/fake-policy.ts';
import { aNotification } from '../support/notification.ts';

const POLICY = aChannel('ops', { concurrency: 3, retry: { maxAttempts: 4, initial: 100, max: 1000 } });
const GROUPS = ['g', 'h', 'i', 'j'];

type Step =
  | { readonly kind: 'queue'; readonly group: string; readonly priority: (typeof PRIORITIES)[number] }
  | { readonly kind: 'queue-again' | 'pump' | 'takeover' }
  | { readonly kind: 'outcome'; readonly which: number; readonly outcome: Outcome };

const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Outcome>({ kind: 'delivered', detail: '' }) },
  fc.option(fc.nat(3000)).map((wait): Outcome => ({ kind: 'retry', detail: '', notBefore: wait && 10_000 + wait })),
  fc.constant<Outcome>({ kind: 'rejected', detail: '' }),
  fc.constant<Outcome>({ kind: 'uncertain', detail: '' }),
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('queue' as const),
      group: fc.constantFrom(...GROUPS),
      priority: fc.constantFrom(...PRIORITIES),
    }),
  },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'pump' }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('outcome' as const), which: fc.nat(2), outcome: anyOutcome }),
  },
  fc.constant<Step>({ kind: 'queue-again' }),
  fc.constant<Step>({ kind: 'takeover' }),
);
const anyHistory = fc.array(fc.tuple(anyStep, fc.nat(300)), { maxLength: 120 });

/** A channel with a sender that answers when the history says so. Checks every pump against a plain search. */
class World {
  state: ChannelState | null = null;
  now = 10_000;
  readonly events: ChannelEvent[] = [];
  readonly queued: string[] = [];
  underWay: Send[] = [];

  carryOut(step: Step): void {
    switch (step.kind) {
      case 'queue': {
        const id = `${step.group}${this.queued.length}`;
        this.queued.push(id);
        this.#queue(id, step.priority);
        break;
      }
      case 'queue-again':
        if (this.queued.length > 0) this.#queueAgain(this.queued.at(-1)!);
        break;
      case 'pump':
        this.pump();
        break;
      case 'takeover':
        this.state = structuredClone(this.state);
        this.underWay = [];
        this.#run({ kind: 'recovered' });
        break;
      case 'outcome':
        this.answer(step.which, step.outcome);
        break;
      default:
        step satisfies never;
    }
  }

  pump(): void {
    const expected = this.#expectedStarts();
    const before = structuredClone(this.state);
    const { sends } = this.#run({ kind: 'pump' }, before);
    assert.deepEqual(
      sends.map((send) => send.notification.id),
      expected,
    );
    this.underWay.push(...sends);
  }

  answer(which: number, outcome: Outcome): void {
    const [send] = this.underWay.splice(which, 1);
    if (send === undefined) return;
    const { notification, attempt } = send;
    this.#run({ kind: 'outcome', notificationId: notification.id, attempt, outcome, random: 0.5 });
  }

  /** Goes on until nothing waits any more. */
  finish(): void {
    while (this.state !== null && this.state.deliveries.length > 0) {
      this.pump();
      if (this.underWay.length > 0) this.answer(0, { kind: 'delivered', detail: '' });
      else this.now = Math.max(this.now, deliveryDueAt(this.state, POLICY) ?? Number.NaN);
    }
  }

  #queue(id: string, priority: (typeof PRIORITIES)[number]): void {
    this.#run({ kind: 'queue', notification: aNotification({ id, groupId: id[0]!, priority }) });
  }

  #queueAgain(id: string): void {
    const isDead = this.events.some((event) => event.type === 'delivery.dead' && event.notificationId === id);
    if (isDead) return;
    const count = this.events.length;
    this.#queue(id, 'P1');
    assert.equal(this.events.length, count, 'a duplicate makes no event');
  }

  #run(command: DeliveryCommand, before = structuredClone(this.state)) {
    const decision = decideDelivery(this.state, command, this.now, POLICY);
    assert.deepEqual(this.state, before, 'deciding changes nothing');
    for (const event of decision.events) this.state = evolveDelivery(this.state, event);
    this.events.push(...decision.events);
    return decision;
  }

  /** By definition: of every group the first, if it may; most urgent first, then oldest. */
  #expectedStarts(): string[] {
    const deliveries = (this.state?.deliveries ?? []).toSorted((a, b) => a.order - b.order);
    const heads = GROUPS.flatMap((group) => deliveries.find((one) => one.notification.groupId === group) ?? []);
    const room = POLICY.concurrency - deliveries.filter((one) => one.attempting).length;
    return heads
      .filter((one) => !one.attempting && one.notBefore <= this.now)
      .sort((a, b) => a.notification.priority.localeCompare(b.notification.priority) || a.order - b.order)
      .slice(0, Math.max(0, room))
      .map((one) => one.notification.id);
  }
}

function live(history: readonly (readonly [Step, number])[]): World {
  const world = new World();
  for (const [step, wait] of history) {
    world.carryOut(step);
    world.now += wait;
  }
  return world;
}

test('[BR-NOT-014] every pump starts exactly what the rules of order say, and deciding changes nothing', () => {
  fc.assert(fc.property(anyHistory, (history) => live(history).finish()));
});

test('[BR-NOT-011] no notification is lost or concluded twice', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const world = live(history);
      world.finish();
      const ends = world.events.filter(
        (event) => event.type === 'delivery.delivered' || event.type === 'delivery.dead',
      );
      assert.deepEqual(ends.map((event) => event.notificationId).sort(), [...world.queued].sort());
    }),
  );
});

test('[BR-REL-012] within a group the attempts never overtake each other, through retries and takeovers', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const world = live(history);
      world.finish();
      for (const group of GROUPS) {
        const inOrder = world.queued.filter((id) => id.startsWith(group));
        const attempted = world.events.flatMap((event) =>
          event.type === 'delivery.attempting' && event.notificationId.startsWith(group) ? event.notificationId : [],
        );
        assert.deepEqual(
          attempted.filter((id, i) => id !== attempted[i - 1]),
          inOrder,
        );
      }
    }),
  );
});

test('[BR-ERR-009] dead letter ids are unique, and attempts stay within the limit', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const { events } = live(history);
      const ids = events.flatMap((event) => (event.type === 'delivery.dead' ? event.deadLetterId : []));
      assert.equal(new Set(ids).size, ids.length);
      for (const event of events) {
        if (event.type === 'delivery.attempting') assert.ok(event.attempt <= POLICY.retry.maxAttempts);
      }
    }),
  );
});
