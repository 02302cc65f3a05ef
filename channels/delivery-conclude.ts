/** How an attempt ends: by its outcome, or because its owner was lost before recording one. */

import { channelKey } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { backoff } from './backoff.ts';
import { type ChannelState, type Delivery, indexOf } from './channel-state.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import type { Outcome } from './outcome.ts';

/** What could not be handed over now may be a moment later; by another owner at once. Milliseconds. */
const UNSENT_PAUSE = 500;

export function conclude(
  state: ChannelState,
  delivery: Delivery,
  outcome: Outcome,
  random: number,
  now: number,
  policy: ChannelPolicy | null,
): DeliveryEvent {
  const { notification, attempts: attempt } = delivery;
  const { detail } = outcome;
  switch (outcome.kind) {
    case 'delivered':
      return {
        type: 'delivery.delivered',
        ...about(notification, now, [reason('delivery.delivered', detail)]),
        attempt,
      };
    case 'unsent': {
      const reasons = [reason('delivery.unsent', detail)];
      const notBefore = now + UNSENT_PAUSE;
      return { type: 'delivery.unsent', ...about(notification, now, reasons), attempt, notBefore };
    }
    case 'rejected':
      return dead(notification, attempt, state.deadCount, now, [reason('delivery.rejected', detail)]);
    case 'retry': {
      if (policy === null) return dead(notification, attempt, state.deadCount, now, unknownChannel(notification));
      if (attempt >= policy.retry.maxAttempts) {
        const reasons = [reason('delivery.exhausted', `attempt ${attempt}: ${detail}`)];
        return dead(notification, attempt, state.deadCount, now, reasons);
      }
      const notBefore = Math.max(now + backoff(attempt, policy.retry, random), outcome.notBefore ?? 0);
      const reasons = [reason('delivery.retry', detail)];
      return { type: 'delivery.retry', ...about(notification, now, reasons), attempt, notBefore };
    }
    default:
      return outcome satisfies never;
  }
}

export function recover(state: ChannelState, now: number, policy: ChannelPolicy | null): DeliveryEvent[] {
  const events: DeliveryEvent[] = [];
  const inOrder = [...indexOf(state).lanes.attempting].sort((a, b) => a.order - b.order);
  for (const { notification, attempts: attempt } of inOrder) {
    const given = whyNotResend(attempt, notification, policy);
    const reasons = [reason('delivery.uncertain')];
    const resend = given === null;
    events.push({ type: 'delivery.uncertain', ...about(notification, now, reasons), attempt, resend });
    if (given !== null) events.push(dead(notification, attempt, state.deadCount, now, given));
  }
  return events;
}

/** The last attempt is the last even if its outcome was lost: a notification that kills its sender must not do so forever. */
function whyNotResend(attempt: number, notification: Notification, policy: ChannelPolicy | null): Reason[] | null {
  if (policy === null) return unknownChannel(notification);
  if (policy.onUncertain === 'dead-letter') return [reason('delivery.uncertain')];
  return attempt >= policy.retry.maxAttempts ? [reason('delivery.exhausted', 'its last outcome was lost')] : null;
}

export function dead(
  notification: Notification,
  attempt: number,
  deadBefore: number,
  now: number,
  reasons: readonly Reason[],
): DeliveryEvent {
  const deadLetterId = `${notification.id}-d${deadBefore + 1}`;
  return { type: 'delivery.dead', ...about(notification, now, reasons), attempt, deadLetterId, notification };
}

export function unknownChannel(notification: Notification): Reason[] {
  return [reason('channel.unknown', `no channel named ${notification.channel}`)];
}

export function about({ id, tenant, channel }: Notification, at: number, reasons: readonly Reason[]) {
  return { key: channelKey(tenant, channel), at, notificationId: id, reasons };
}
