/**
 * The deliveries of one channel.
 *
 *   state      | pump             | outcome                                   | recovered
 *   -----------|------------------|-------------------------------------------|-------------------------------
 *   none       |                  | ignored                                   |
 *   queued     | attempting, if it| ignored                                   | queued
 *              | is its turn      |                                           |
 *   attempting | attempting       | delivered | dead                          | uncertain: queued again | dead
 *              |                  | queued (retry, later; unsent)             |
 *              |                  | uncertain: queued, later | dead           |
 *
 * Turn: within a group strictly in order, so a delivery waits while one of its group before it is under way or waits for a
 * retry. Between groups the most urgent first, then the oldest, as many at once as the channel allows.
 *
 * What is for a channel that is not declared (policy null) is dead.
 */

import type { Notification } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import { type ChannelState, indexOf } from './channel-state.ts';
import { earlierReference } from './conversations.ts';
import { about, conclude, dead, recover, unknownChannel } from './delivery-conclude.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import type { Outcome } from './outcome.ts';

export type { ChannelState } from './channel-state.ts';
export { evolveDelivery } from './delivery-evolve.ts';

/** `random`: in [0, 1), for the jitter. */
export type DeliveryCommand =
  | { readonly kind: 'queue'; readonly notification: Notification; readonly replayed?: boolean }
  | { readonly kind: 'pump'; readonly random: number }
  | {
      readonly kind: 'outcome';
      readonly notificationId: string;
      readonly attempt: number;
      readonly outcome: Outcome;
      readonly random: number;
    }
  /** A new owner: what was under way has no one left to report its outcome. */
  | { readonly kind: 'recovered' };

export interface Send {
  readonly notification: Notification;
  readonly attempt: number;
  /** See Sender. */
  readonly earlier: string | null;
}

export interface DeliveryDecision {
  readonly events: readonly DeliveryEvent[];
  /** To be handed to the sender after the events are committed. */
  readonly sends: readonly Send[];
}

const NOTHING: DeliveryDecision = { events: [], sends: [] };

/** How many deliveries to a vanished channel die in one commit. */
const DEAD_PER_PUMP = 256;

export function decideDelivery(
  state: ChannelState | null,
  command: DeliveryCommand,
  now: number,
  policy: ChannelPolicy | null,
): DeliveryDecision {
  switch (command.kind) {
    case 'queue':
      return queue(state, command.notification, command.replayed === true, now, policy);
    case 'pump':
      if (state === null) return NOTHING;
      return policy === null ? buryQueued(state, now) : startNext(state, now, policy);
    case 'outcome': {
      const delivery = state === null ? undefined : indexOf(state).lanes.find(command.notificationId);
      if (state === null || !delivery?.attempting || delivery.attempts !== command.attempt) return NOTHING;
      const judging = { random: command.random, now, policy };
      return { events: conclude(state, delivery, command.outcome, judging), sends: [] };
    }
    case 'recovered':
      return state === null ? NOTHING : { events: recover(state, now, policy), sends: [] };
    default:
      return command satisfies never;
  }
}

/**
 * When a pump will start something; in the past if it would now; null if only a new notification or an outcome can change
 * that. After a change of policy: pump, whatever this said before.
 */
export function deliveryDueAt(state: ChannelState, policy: ChannelPolicy | null): number | null {
  const { lanes } = indexOf(state);
  if (policy === null) return state.deliveries.length > lanes.attempting.size ? 0 : null;
  return lanes.attempting.size < policy.concurrency ? lanes.dueAt() : null;
}

function queue(
  state: ChannelState | null,
  notification: Notification,
  replayed: boolean,
  now: number,
  policy: ChannelPolicy | null,
): DeliveryDecision {
  if (state !== null && isKnown(state, notification.id)) return NOTHING;
  const reasons = [reason(replayed ? 'delivery.replayed' : 'delivery.queued')];
  const queued: DeliveryEvent = { type: 'delivery.queued', ...about(notification, now, reasons), notification };
  if (policy !== null) return { events: [queued], sends: [] };
  return {
    events: [queued, dead(notification, 0, state?.deadCount ?? 0, now, unknownChannel(notification))],
    sends: [],
  };
}

function isKnown(state: ChannelState, notificationId: string): boolean {
  const { lanes, delivered } = indexOf(state);
  return delivered.has(notificationId) || lanes.find(notificationId) !== undefined;
}

function startNext(state: ChannelState, now: number, policy: ChannelPolicy): DeliveryDecision {
  const { lanes } = indexOf(state);
  const room = policy.concurrency - lanes.attempting.size;
  if (room <= 0) return NOTHING;
  const events: DeliveryEvent[] = [];
  const sends: Send[] = [];
  for (const { notification, attempts } of lanes.next(room, now)) {
    const attempt = attempts + 1;
    const reasons = [reason('delivery.attempting', `attempt ${attempt} of ${policy.retry.maxAttempts}`)];
    events.push({ type: 'delivery.attempting', ...about(notification, now, reasons), attempt });
    sends.push({ notification, attempt, earlier: earlierReference(state.conversations, notification, now) });
  }
  return events.length === 0 ? NOTHING : { events, sends };
}

function buryQueued(state: ChannelState, now: number): DeliveryDecision {
  const queued = indexOf(state).lanes.queued(DEAD_PER_PUMP);
  const events = queued.map(({ notification, attempts }) =>
    dead(notification, attempts, state.deadCount, now, unknownChannel(notification)),
  );
  return { events, sends: [] };
}
