/** How an attempt ends: by its outcome, or because its owner was lost before recording one. */

import { channelKey } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { backoff } from './backoff.ts';
import { type ChannelState, type Delivery, indexOf } from './channel-state.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import { MAX_REFERENCE, type Outcome } from './outcome.ts';

/** What could not be handed over now may be a moment later; by another owner at once. Milliseconds. */
const UNSENT_PAUSE = 500;

/** What an attempt is judged by. */
export interface Judging {
  /** In [0, 1), for the jitter. */
  readonly random: number;
  readonly now: number;
  readonly policy: ChannelPolicy | null;
}

export function conclude(
  state: ChannelState,
  delivery: Delivery,
  outcome: Outcome,
  { random, now, policy }: Judging,
): DeliveryEvent[] {
  const { notification, attempts: attempt } = delivery;
  const { detail } = outcome;
  const of = (reasons: readonly Reason[]) => ({ ...about(notification, now, reasons), attempt });
  switch (outcome.kind) {
    case 'delivered':
      return [{ type: 'delivery.delivered', ...of([reason('delivery.delivered', detail)]), ...kept(outcome) }];
    case 'unsent': {
      const notBefore = now + UNSENT_PAUSE;
      return [{ type: 'delivery.unsent', ...of([reason('delivery.unsent', detail)]), notBefore }];
    }
    case 'rejected':
      return [dead(notification, attempt, state.deadCount, now, [reason('delivery.rejected', detail)])];
    case 'retry': {
      if (policy === null) return [dead(notification, attempt, state.deadCount, now, unknownChannel(notification))];
      if (attempt >= policy.retry.maxAttempts) {
        const reasons = [reason('delivery.exhausted', `attempt ${attempt}: ${detail}`)];
        return [dead(notification, attempt, state.deadCount, now, reasons)];
      }
      const notBefore = Math.max(now + backoff(attempt, policy.retry, random), outcome.notBefore ?? 0);
      return [{ type: 'delivery.retry', ...of([reason('delivery.retry', detail)]), notBefore }];
    }
    case 'uncertain': {
      const given = whyNotResend(attempt, notification, policy, reason('delivery.answer-lost', detail));
      const reasons = [reason('delivery.answer-lost', detail)];
      if (given !== null || policy === null) {
        const over = dead(notification, attempt, state.deadCount, now, given ?? unknownChannel(notification));
        return [{ type: 'delivery.uncertain', ...of(reasons), resend: false }, over];
      }
      const notBefore = now + backoff(attempt, policy.retry, random);
      return [{ type: 'delivery.uncertain', ...of(reasons), resend: true, notBefore }];
    }
    default:
      return outcome satisfies never;
  }
}

/** What the provider gave to find the message by. A reference that is too long is left out whole. */
function kept({ reference, receiptId }: Outcome & { kind: 'delivered' }) {
  const isKept = reference !== undefined && Buffer.byteLength(reference) <= MAX_REFERENCE;
  return { ...(isKept ? { reference } : {}), ...(receiptId === undefined ? {} : { receiptId }) };
}

export function recover(state: ChannelState, now: number, policy: ChannelPolicy | null): DeliveryEvent[] {
  const events: DeliveryEvent[] = [];
  const inOrder = [...indexOf(state).lanes.attempting].sort((a, b) => a.order - b.order);
  for (const { notification, attempts: attempt } of inOrder) {
    const given = whyNotResend(attempt, notification, policy, reason('delivery.uncertain'));
    const reasons = [reason('delivery.uncertain')];
    const resend = given === null;
    events.push({ type: 'delivery.uncertain', ...about(notification, now, reasons), attempt, resend });
    if (given !== null) events.push(dead(notification, attempt, state.deadCount, now, given));
  }
  return events;
}

/** The last attempt is the last even if its outcome was lost: a notification that kills its sender must not do so forever. */
function whyNotResend(
  attempt: number,
  notification: Notification,
  policy: ChannelPolicy | null,
  uncertain: Reason,
): Reason[] | null {
  if (policy === null) return unknownChannel(notification);
  if (policy.onUncertain === 'dead-letter') return [uncertain];
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
