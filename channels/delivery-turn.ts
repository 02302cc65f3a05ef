/**
 * What a channel does when it is its turn: gives up what is too old, sends elsewhere what an open breaker keeps, starts as many as
 * its room, its rate limit and those of the recipients allow, the most urgent first.
 */

import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { type Breaker, standingOf } from './breaker.ts';
import { bundleWith } from './bundle.ts';
import { type ChannelState, type Delivery, indexOf } from './channel-state.ts';
import { earlierReference } from './conversations.ts';
import type { DeliveryDecision, Send } from './delivery.ts';
import type { ChannelEvent, DeliveryEvent } from './delivery-event.ts';
import { exitDueAt, MOST_PER_PUMP, sendElsewhere } from './delivery-exit.ts';
import { mostAttempts } from './divert.ts';
import { buryExpansions, expand, expansionDueAt, type Neighbours } from './expansion.ts';
import { about, dead, unknownChannel } from './give-up.ts';
import { isLong, type Pace, roomIn } from './pace.ts';
import { recipientName } from './recipients.ts';
import { Spending } from './spending.ts';
import { dueOf, tokensIn } from './throttle.ts';

/** How many are looked at besides those that there is room for: their recipients may hold them. */
const MOST_HELD = 32;
/** How far to look for the oldest that fires. */
const OLD_LOOKED_AT = 64;

const NOTHING: DeliveryDecision = { events: [], effects: [], sends: [] };

export function takeTurn(
  state: ChannelState,
  now: number,
  policy: ChannelPolicy,
  neighbours: Neighbours,
): DeliveryDecision {
  const expanded = expand(state, now, policy, neighbours);
  if (expanded !== null) return expanded;
  const expired = tooOld(state, now, policy);
  if (expired.length > 0) return eventsOnly(expired.map((one) => expire(state, one, now)));
  const { lanes } = indexOf(state);
  const { breaker, pace } = state;
  const standing = standingOf(breaker, now);
  if (standing === 'open' || (standing === 'half-open' && breaker.probe !== null)) {
    return keepBack(state, now, policy, openUntil(breaker), true);
  }
  if (now < pace.until) {
    return keepBack(state, now, policy, pausedUntil(pace), isLong(pace));
  }
  const room = roomIn(pace, policy.concurrency) - lanes.attempting.size;
  const tokens = policy.rateLimit === undefined ? room : tokensIn(state.bucket, policy.rateLimit, now);
  const turn =
    room > 0 && tokens === 0
      ? limited(state, now, policy)
      : start(state, now, policy, Math.min(room, tokens, standing === 'half-open' ? 1 : room));
  // What has somewhere else to go does not wait for that either, as nothing could be let through to see.
  if (turn.events.length > 0 || !(standing === 'half-open' || isLong(pace))) return turn;
  return sendElsewhere(state, now, policy, standing === 'half-open' ? openUntil(breaker) : pausedUntil(pace));
}

function openUntil({ until }: Breaker): Reason {
  return reason('breaker.open', `until ${new Date(until).toISOString()}`);
}

function pausedUntil({ until }: Pace): Reason {
  return reason('delivery.limited', `nothing before ${new Date(until).toISOString()}`);
}

/** `leave`: what has somewhere else to go goes there. */
function keepBack(
  state: ChannelState,
  now: number,
  policy: ChannelPolicy,
  why: Reason,
  leave: boolean,
): DeliveryDecision {
  const leaving = leave ? sendElsewhere(state, now, policy, why) : NOTHING;
  return leaving.events.length > 0 ? leaving : holdNext(state, now, policy, why);
}

/** When `takeTurn` does something, if nothing else happens; in the past if it would now; null: it would not. */
export function turnDueAt(state: ChannelState, policy: ChannelPolicy): number | null {
  const { lanes } = indexOf(state);
  const expansion = expansionDueAt(state, policy);
  if (lanes.attempting.size === state.deliveries.length) return expansion;
  const next = earliest(earliest(expiryDueAt(state, policy), startDueAt(state, policy)), exitDueAt(state, policy));
  return earliest(expansion, next);
}

function startDueAt(state: ChannelState, { concurrency, rateLimit }: ChannelPolicy): number | null {
  const { lanes } = indexOf(state);
  const { breaker, bucket, pace } = state;
  const ready = lanes.dueAt();
  if (ready === null || lanes.attempting.size >= roomIn(pace, concurrency) || breaker.probe !== null) return null;
  return Math.max(ready, breaker.until, pace.until, rateLimit === undefined ? 0 : dueOf(bucket, rateLimit));
}

function expiryDueAt(state: ChannelState, policy: ChannelPolicy): number | null {
  return mortals(state, policy).reduce<number | null>((found, one) => earliest(found, expiryOf(one, policy)), null);
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

/** The oldest of those that may grow too old. What tells of an end does not: whoever was told that it fires must hear it. */
function mortals(state: ChannelState, { expireAfter }: ChannelPolicy): Delivery[] {
  if (expireAfter === undefined) return [];
  return indexOf(state)
    .lanes.queued(OLD_LOOKED_AT)
    .filter(({ notification }) => notification.status === 'firing');
}

function expiryOf({ notification }: Delivery, { expireAfter = 0 }: ChannelPolicy): number {
  return Math.max(notification.createdAt, notification.notBefore ?? 0) + expireAfter;
}

function tooOld(state: ChannelState, now: number, policy: ChannelPolicy): Delivery[] {
  return mortals(state, policy).filter((delivery) => expiryOf(delivery, policy) <= now);
}

/** Nobody is told any more, also not by another channel. */
function expire(state: ChannelState, delivery: Delivery, now: number): DeliveryEvent {
  const waited = Math.round((now - delivery.notification.createdAt) / 1000);
  return dead(delivery, state.deadCount, now, [reason('delivery.expired', `it waited for ${waited} s`)]);
}

/** Says of those that would be next why they are not. Once for each cause. */
function holdNext(state: ChannelState, now: number, policy: ChannelPolicy, why: Reason): DeliveryDecision {
  const { lanes } = indexOf(state);
  const room = roomIn(state.pace, policy.concurrency) - lanes.attempting.size;
  const untold = lanes.next(Math.max(0, room), now).filter(({ held }) => held !== why.code);
  return eventsOnly(untold.map(({ notification }) => ({ type: 'delivery.held', ...about(notification, now, [why]) })));
}

function limited(state: ChannelState, now: number, policy: ChannelPolicy): DeliveryDecision {
  const [next] = indexOf(state).lanes.next(1, now);
  if (next === undefined) return NOTHING;
  const bundle = bundleWith(state, next, recipientName(next.notification), policy, now);
  if (bundle !== null) return eventsOnly([bundle]);
  return holdNext(state, now, policy, reason('delivery.rate-limited', `that of channel/${policy.name}`));
}

function start(state: ChannelState, now: number, policy: ChannelPolicy, most: number): DeliveryDecision {
  if (most <= 0) return NOTHING;
  const events: ChannelEvent[] = [];
  const sends: Send[] = [];
  const spending = new Spending(state, policy, now);
  const isProbe = state.breaker.pauses > 0;
  const looked = policy.recipientLimit === undefined ? most : most + MOST_HELD;
  for (const delivery of indexOf(state).lanes.next(looked, now)) {
    if (sends.length >= most) break;
    const { notification, attempts } = delivery;
    const held = spending.holdOf(delivery);
    if (held !== null) {
      events.push(held);
      continue;
    }
    const attempt = attempts + 1;
    const reasons = [
      reason('delivery.attempting', `attempt ${attempt} of ${mostAttempts(notification, policy)}`),
      ...(isProbe ? [reason('breaker.half-open')] : []),
    ];
    const spent = spending.spendFor(notification);
    events.push({
      type: 'delivery.attempting',
      ...about(notification, now, reasons),
      attempt,
      ...(spent === null ? {} : { spent }),
      ...(isProbe ? { probe: true as const } : {}),
    });
    const earlier = earlierReference(state.conversations, notification, now);
    sends.push({ notification, attempt, earlier, progress: delivery.progress ?? null });
  }
  return events.length === 0 ? NOTHING : { events, effects: [], sends };
}

function eventsOnly(events: readonly ChannelEvent[]): DeliveryDecision {
  return events.length === 0 ? NOTHING : { events, effects: [], sends: [] };
}

/** What waits for a channel that is not declared any more. */
export function buryQueued(state: ChannelState, now: number): DeliveryDecision {
  if (state.expansions.length > 0) return buryExpansions(state, now, unknownChannel);
  const queued = indexOf(state).lanes.queued(MOST_PER_PUMP);
  return eventsOnly(queued.map((one) => dead(one, state.deadCount, now, unknownChannel(one.notification))));
}
