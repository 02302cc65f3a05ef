/** What leaves a channel for another one, because its breaker is open or its provider wants nothing for long. */

import type { Entry } from '../alert/entry.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import type { Reason } from '../alert/reason.ts';
import { type ChannelState, type Delivery, indexOf } from './channel-state.ts';
import type { DeliveryDecision } from './delivery.ts';
import { nextChannel } from './divert.ts';
import { giveUp } from './give-up.ts';
import { isLong } from './pace.ts';

/** How many are given up or sent elsewhere in one commit. */
export const MOST_PER_PUMP = 256;

/** While the breaker is open, or its probe under way, or a long pause lasts, for those that have somewhere else to go. */
export function exitDueAt(state: ChannelState, policy: ChannelPolicy): number | null {
  const { breaker, pace } = state;
  const { pauses, probe } = breaker;
  if (pauses === 0 && !isLong(pace)) return null;
  const until = pauses === 0 ? pace.until : breaker.until;
  const due = leavers(state, policy).reduce<number | null>(
    (found, { notification: { notBefore = 0 } }) => (found === null ? notBefore : Math.min(found, notBefore)),
    null,
  );
  // Once the pause is over one is to be let through first.
  return due !== null && (probe !== null || due < until) ? due : null;
}

function leavers(state: ChannelState, policy: ChannelPolicy): Delivery[] {
  return indexOf(state)
    .lanes.queued(MOST_PER_PUMP)
    .filter(({ notification }) => nextChannel(notification, policy) !== null);
}

export function sendElsewhere(state: ChannelState, now: number, policy: ChannelPolicy, why: Reason): DeliveryDecision {
  const leaving = leavers(state, policy).filter(({ notification }) => (notification.notBefore ?? 0) <= now);
  const ends = leaving.map((delivery) => giveUp(state, delivery, now, policy, [why]));
  const effects: Entry[] = ends.flatMap((end) => end.effects);
  return { events: ends.flatMap((end) => end.events), effects, sends: [] };
}
