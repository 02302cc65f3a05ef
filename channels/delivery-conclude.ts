/** How an attempt ends: by its outcome, or because its owner was lost before recording one. */

import { channelKey } from '../alert/entity-address.ts';
import type { Entry } from '../alert/entry.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { backoff } from './backoff.ts';
import { opensUntil } from './breaker.ts';
import { type ChannelState, type Delivery, indexOf } from './channel-state.ts';
import type { ChannelEvent, DeliveryEvent, ProviderSign } from './delivery-event.ts';
import { mostAttempts } from './divert.ts';
import type { Failure } from './failure.ts';
import { about, type Concluded, dead, giveUp, unknownChannel } from './give-up.ts';
import { failureOf, MAX_PROGRESS, MAX_REFERENCE, type Outcome } from './outcome.ts';

/** What could not be handed over now may be a moment later; by another owner at once. Milliseconds. */
const UNSENT_PAUSE = 500;

/** What an attempt is judged by. */
export interface Judging {
  /** In [0, 1), for the jitter. */
  readonly random: number;
  readonly now: number;
  readonly policy: ChannelPolicy | null;
}

export function conclude(state: ChannelState, delivery: Delivery, outcome: Outcome, judging: Judging): Concluded {
  const { now, policy } = judging;
  const judged = judge(state, delivery, outcome, judging);
  const { effects } = judged;
  const events = withFailure(judged.events, delivery.notification.id, failureOf(outcome), policy);
  const { id, tenant, channel } = delivery.notification;
  const key = channelKey(tenant, channel);
  const { breaker } = state;
  switch (signOf(outcome)) {
    case 'answered': {
      if (breaker.pauses === 0) return { events, effects };
      const reasons = [reason('breaker.closed', outcome.detail)];
      return { events: [...events, { type: 'channel.breaker-closed', key, at: now, reasons }], effects };
    }
    case 'failed': {
      const until = opensUntil(breaker, id, policy?.breaker, now);
      if (until === null) return { events, effects };
      const failures = breaker.failures + 1;
      const reasons = [reason('breaker.open', `${failures} failures in a row, the last: ${outcome.detail}`)];
      return {
        events: [...events, { type: 'channel.breaker-opened', key, at: now, reasons, until, failures }],
        effects,
      };
    }
    default:
      return { events, effects };
  }
}

/** The first event says how the attempt ended; what follows from that is told by others. */
function withFailure(
  events: readonly ChannelEvent[],
  id: string,
  failure: Failure | null,
  policy: ChannelPolicy | null,
): readonly ChannelEvent[] {
  const [first, ...others] = events;
  if (failure === null || first === undefined || !('notificationId' in first) || first.notificationId !== id)
    return events;
  return [{ ...first, failure: { ...failure, channelType: policy?.type ?? 'unknown' } }, ...others];
}

function signOf(outcome: Outcome): ProviderSign | null {
  const { kind } = outcome;
  switch (kind) {
    case 'delivered':
    case 'rejected':
      return 'answered';
    case 'retry':
      return outcome.limited === true ? 'answered' : 'failed';
    case 'uncertain':
      return 'failed';
    case 'unsent':
      return null;
    default:
      return kind satisfies never;
  }
}

function judge(state: ChannelState, delivery: Delivery, outcome: Outcome, { random, now, policy }: Judging): Concluded {
  const { notification, attempts: attempt } = delivery;
  const { detail } = outcome;
  const of = (reasons: readonly Reason[]) => ({ ...about(notification, now, reasons), attempt });
  switch (outcome.kind) {
    case 'delivered': {
      const took = now - notification.createdAt;
      return only({
        type: 'delivery.delivered',
        ...of([reason('delivery.delivered', detail)]),
        took,
        ...kept(outcome),
      });
    }
    case 'unsent': {
      const notBefore = now + UNSENT_PAUSE;
      return only({ type: 'delivery.unsent', ...of([reason('delivery.unsent', detail)]), notBefore });
    }
    case 'rejected':
      return giveUp(state, delivery, now, policy, [reason('delivery.rejected', detail)], 'answered');
    case 'retry': {
      if (policy === null) return giveUp(state, delivery, now, policy, unknownChannel(notification), 'failed');
      const counts = outcome.limited !== true || !state.pace.taken;
      if (counts && attempt >= mostAttempts(notification, policy)) {
        const reasons = [reason('delivery.exhausted', `attempt ${attempt}: ${detail}`)];
        return giveUp(state, delivery, now, policy, reasons, signOf(outcome) ?? 'failed');
      }
      if (outcome.limited === true) {
        const notBefore = outcome.notBefore ?? now + backoff(counts ? attempt : 1, policy.retry, random);
        return only({
          type: 'delivery.retry',
          ...of([reason('delivery.limited', detail)]),
          notBefore,
          limited: { counts },
        });
      }
      const notBefore = Math.max(now + backoff(attempt, policy.retry, random), outcome.notBefore ?? 0);
      const { progress } = outcome;
      const left = progress !== undefined && Buffer.byteLength(progress) <= MAX_PROGRESS ? { progress } : {};
      return only({ type: 'delivery.retry', ...of([reason('delivery.retry', detail)]), notBefore, ...left });
    }
    case 'uncertain': {
      const lost = reason('delivery.answer-lost', detail);
      const end = afterUncertain(state, delivery, now, policy, lost);
      const uncertain = { type: 'delivery.uncertain', ...of([lost]), provider: 'failed' } as const;
      if (end !== null) return { ...end, events: [{ ...uncertain, resend: false }, ...end.events] };
      const notBefore = now + (policy === null ? 0 : backoff(attempt, policy.retry, random));
      return only({ ...uncertain, resend: true, notBefore });
    }
    default:
      return outcome satisfies never;
  }
}

function only(event: DeliveryEvent): Concluded {
  return { events: [event], effects: [] };
}

/** What the provider gave to find the message by. A reference that is too long is left out whole. */
function kept({ reference, receiptId }: Outcome & { kind: 'delivered' }) {
  const isKept = reference !== undefined && Buffer.byteLength(reference) <= MAX_REFERENCE;
  return { ...(isKept ? { reference } : {}), ...(receiptId === undefined ? {} : { receiptId }) };
}

export function recover(state: ChannelState, now: number, policy: ChannelPolicy | null): Concluded {
  const events: ChannelEvent[] = [];
  const effects: Entry[] = [];
  const inOrder = [...indexOf(state).lanes.attempting].sort((a, b) => a.order - b.order);
  for (const delivery of inOrder) {
    const { notification, attempts: attempt } = delivery;
    const uncertain = reason('delivery.uncertain');
    const end = afterUncertain(state, delivery, now, policy, uncertain);
    events.push({
      type: 'delivery.uncertain',
      ...about(notification, now, [uncertain]),
      attempt,
      resend: end === null,
    });
    events.push(...(end?.events ?? []));
    effects.push(...(end?.effects ?? []));
  }
  return { events, effects };
}

/**
 * How it ends, or null: it is sent again. The last attempt is the last even if its outcome was lost: a notification that kills
 * its sender must not do so forever.
 */
function afterUncertain(
  state: ChannelState,
  delivery: Delivery,
  now: number,
  policy: ChannelPolicy | null,
  uncertain: Reason,
): Concluded | null {
  const { notification, attempts } = delivery;
  if (policy === null) return giveUp(state, delivery, now, null, unknownChannel(notification));
  // Somebody must look: another channel would tell perhaps a second time, and nobody would look.
  if (policy.onUncertain === 'dead-letter') return only(dead(delivery, state.deadCount, now, [uncertain]));
  if (attempts < mostAttempts(notification, policy)) return null;
  return giveUp(state, delivery, now, policy, [reason('delivery.exhausted', 'its last outcome was lost'), uncertain]);
}
