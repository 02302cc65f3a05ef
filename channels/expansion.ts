/**
 * A notification for an audience becomes a delivery for each member, chunk by chunk:
 *
 *   none      queued                                    waiting
 *   waiting   pump, fewer than LOW as urgent wait       expanded: a chunk of members is queued; then waiting, or none after the last
 *   waiting   pump, fires and is too old                dead, with the place that it has come to: a replay goes on from there
 *   waiting   pump, its audience is not declared        dead, too
 *
 * How far it has come is journaled with the chunk, so an owner that dies has neither told anybody twice nor forgets the rest. The queue
 * holds a chunk or two of it, not the audience: memory stays flat, and whatever is more urgent comes before the rest. The most urgent
 * expansion goes first, then the oldest; those of one group to one audience in order.
 */

import { PRIORITIES } from '../alert/alert.ts';
import { type Audience, audienceOf, BEFORE_ALL, memberNotification } from '../alert/audience.ts';
import type { Entry } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { standingOf } from './breaker.ts';
import { addDelivery, type ChannelState, type Expansion, indexOf, rememberDelivered } from './channel-state.ts';
import type { DeliveryDecision } from './delivery.ts';
import type { ChannelEvent, DeliveryEvent } from './delivery-event.ts';
import { type Copied, copyFor } from './divert.ts';
import { about, dead, undelivered } from './give-up.ts';

/** Members of one commit: some 30 KB of journal with plain addresses. */
export const CHUNK = 500;

/** What an expansion asks about. */
export interface Neighbours {
  /** null: not declared (any more). */
  audience(name: string): Audience | null;
  /** Whether a channel hears of such news. */
  wants(channel: string, news: Copied): boolean;
}

/** null: there is none, or none whose turn it is. */
export function expand(
  state: ChannelState,
  now: number,
  policy: ChannelPolicy,
  neighbours: Neighbours,
): DeliveryDecision | null {
  const expansion = nextExpansion(state, policy);
  if (expansion === null || !letsThrough(state, now)) return null;
  const { notification, through, told } = expansion;
  const waited = now - notification.createdAt;
  if (policy.expireAfter !== undefined && notification.status === 'firing' && waited >= policy.expireAfter) {
    const why = reason('delivery.expired', `it waited for ${Math.round(waited / 1000)} s, and ${told} were told`);
    return bury(state, expansion, now, [why]);
  }
  const audience = neighbours.audience(audienceOf(notification) ?? '');
  if (audience === null) {
    const why = reason('delivery.audience-unknown', `${notification.recipient?.name}, and ${told} were told`);
    return bury(state, expansion, now, [why]);
  }
  const chunk = audience.chunk(through, CHUNK);
  const count = told + chunk.members.length;
  const reasons = [reason('delivery.expanded', `${count} of ${audience.size} recipients`)];
  const event: DeliveryEvent = {
    type: 'delivery.expanded',
    ...about(notification, now, reasons),
    ...chunk,
    told: count,
  };
  const copies =
    state.detours.length === 0
      ? []
      : chunk.members.flatMap(
          (one) => copyFor(state, memberNotification(notification, one), now, neighbours.wants) ?? [],
        );
  const effects: Entry[] = copies.map(({ effect }) => effect);
  return { events: [event, ...copies.map((copy) => copy.event)], effects, sends: [] };
}

/** When `expand` does something, if nothing else happens; in the past if it would now; null: it would not. */
export function expansionDueAt(state: ChannelState, policy: ChannelPolicy): number | null {
  if (nextExpansion(state, policy) === null) return null;
  const { pauses, until, probe } = state.breaker;
  if (pauses === 0) return 0;
  return probe === null && state.deliveries.length === 0 ? until : null;
}

/** All of them, where their channel is not declared any more. */
export function buryExpansions(
  state: ChannelState,
  now: number,
  why: (one: Notification) => Reason[],
): DeliveryDecision {
  const buried = state.expansions.map((one) => bury(state, one, now, why(one.notification)));
  return {
    events: buried.flatMap(({ events }) => events),
    effects: buried.flatMap(({ effects }) => effects),
    sends: [],
  };
}

export function expansionOf(state: ChannelState, notificationId: string): Expansion | undefined {
  return state.expansions.find(({ notification }) => notification.id === notificationId);
}

export function addExpansion(state: ChannelState, notification: Notification): void {
  const { toldThrough = BEFORE_ALL } = notification;
  state.expansions.push({ notification, order: state.nextOrder++, through: toldThrough, told: 0 });
}

/** Changes `state` in place, as evolveDelivery does. */
export function evolveExpansion(state: ChannelState, event: ChannelEvent & { type: 'delivery.expanded' }): void {
  const expansion = expansionOf(state, event.notificationId);
  if (expansion === undefined) return;
  for (const member of event.members) addDelivery(state, memberNotification(expansion.notification, member));
  expansion.through = event.through;
  expansion.told = event.told;
  if (event.last) endExpansion(state, expansion);
}

/** It came to its end, or was given up: the same, should it come again, is not a new one unless a person replays it. */
export function endExpansion(state: ChannelState, expansion: Expansion, remembered = true): void {
  state.expansions.splice(state.expansions.indexOf(expansion), 1);
  if (remembered) rememberDelivered(state, expansion.notification.id);
}

function bury(state: ChannelState, expansion: Expansion, now: number, why: readonly Reason[]): DeliveryDecision {
  const { through, told } = expansion;
  const notification = { ...expansion.notification, toldThrough: through };
  const event = dead({ notification, attempts: 0 }, state.deadCount, now, why);
  // Where some were told, it is not so that nobody was reached.
  return { events: [event], effects: told > 0 ? [] : undelivered(notification, why), sends: [] };
}

/** The most urgent, then the oldest, if there is room for a chunk of it. */
function nextExpansion(state: ChannelState, { concurrency }: ChannelPolicy): Expansion | null {
  if (state.expansions.length === 0) return null;
  const begun = new Set<string>();
  let next: Expansion | null = null;
  for (const one of state.expansions) {
    const line = `${one.notification.groupId}\n${one.notification.recipient?.name}`;
    if (begun.has(line)) continue;
    begun.add(line);
    if (next === null || urgency(one) < urgency(next)) next = one;
  }
  if (next === null) return null;
  const low = Math.max(CHUNK, 2 * concurrency);
  return indexOf(state).lanes.countUpTo(next.notification.priority) < low ? next : null;
}

/** An open breaker lets nothing more in. Half open, one has to go first to see: if none is queued, a chunk is. */
function letsThrough(state: ChannelState, now: number): boolean {
  const standing = standingOf(state.breaker, now);
  if (standing === 'closed') return true;
  return standing === 'half-open' && state.breaker.probe === null && state.deliveries.length === 0;
}

function urgency({ notification }: Expansion): number {
  return PRIORITIES.indexOf(notification.priority);
}
