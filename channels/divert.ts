/** Where a notification goes that its channel cannot deliver, or only hands on; and what it is there. */

import { isMember } from '../alert/audience.ts';
import type { NotificationEntry } from '../alert/entry.ts';
import { hash16 } from '../alert/fingerprint.ts';
import { type Notification, type Recipient, tellsOfTaking } from '../alert/notification.ts';
import type { Contact } from '../alert/people.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import type { ChannelState } from './channel-state.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import { type Detour, detourOf } from './detours.ts';

export interface Diversion {
  readonly event: DeliveryEvent;
  readonly effect: NotificationEntry;
}

interface NextChannel {
  readonly to: string;
  /** What is left to go on to from there; null: as that channel declares. */
  readonly alternatives: readonly string[] | null;
  /** Left out: the same. null: whoever that channel's own options name, for an address is in the terms of its channel. */
  readonly recipient?: Recipient | null;
}

/**
 * null: there is none left. What came with a list goes by it alone, so that no detour comes back to where it was. A person's own
 * contacts come before the fallback of the channel.
 */
export function nextChannel(notification: Notification, policy: ChannelPolicy | null): NextChannel | null {
  // Nobody else needs to hear, as the first thing of it, that somebody has it in hand.
  if (tellsOfTaking(notification)) return null;
  const { alternatives, recipient } = notification;
  if (alternatives === undefined && recipient !== undefined) return nextContact(recipient, policy);
  if (alternatives !== undefined) {
    const [to, ...left] = alternatives;
    return to === undefined ? null : { to, alternatives: left };
  }
  return policy?.fallback === undefined ? null : { to: policy.fallback, alternatives: null };
}

/** Where somebody else takes over he is to have it soon; where nobody does, an outage of the receiver is to be outlived. */
export function mostAttempts(notification: Notification, policy: ChannelPolicy): number {
  const { maxAttempts, maxAttemptsAlone = maxAttempts } = policy.retry;
  return nextChannel(notification, policy) === null ? maxAttemptsAlone : maxAttempts;
}

function nextContact(recipient: Recipient, policy: ChannelPolicy | null): NextChannel | null {
  const { next = [] } = recipient;
  const [contact, ...left] = next;
  if (contact !== undefined)
    return { to: contact.channel, alternatives: null, recipient: at(recipient, contact, left) };
  // Its own address is all that is known of a member, and whom the fallback's options name need not read that one of many was not reached.
  if (policy?.fallback === undefined || isMember(recipient)) return null;
  return { to: policy.fallback, alternatives: null, recipient: null };
}

/** Of a detour of before: by which contact it went there. */
function contactAt(
  { recipient }: Notification,
  { to, alternatives }: Pick<Detour, 'to' | 'alternatives'>,
): NextChannel {
  if (recipient === undefined || alternatives !== null) return { to, alternatives };
  const { next = [] } = recipient;
  const place = next.findIndex(({ channel }) => channel === to);
  if (place < 0) return { to, alternatives, recipient: null };
  return { to, alternatives, recipient: at(recipient, next[place]!, next.slice(place + 1)) };
}

/** The same person by another contact. */
function at(
  { next: _, format: _format, ...who }: Recipient,
  { address, format }: Contact,
  left: readonly Contact[],
): Recipient {
  const rest = left.length === 0 ? {} : { next: left };
  return { ...who, address, ...(format === undefined ? {} : { format }), ...rest };
}

export function divert(
  notification: Notification,
  attempt: number,
  next: NextChannel,
  now: number,
  why: readonly Reason[],
): Diversion {
  const { tenant, id, channel } = notification;
  const effect = entryFor(notification, next, why);
  const as = effect.notification.id;
  const reasons = [...why, reason('delivery.diverted', `to channel/${next.to} as ${as}`)];
  const key = `${tenant}/${channel}`;
  const event: DeliveryEvent = {
    type: 'delivery.diverted',
    key,
    at: now,
    notificationId: id,
    reasons,
    attempt,
    to: next.to,
    as,
    notification,
  };
  return { event, effect };
}

/** The same notification for the next channel. Its id follows from the first, so that it is there once, however it comes. */
function entryFor(
  notification: Notification,
  { to, alternatives, recipient }: NextChannel,
  why: readonly Reason[],
): NotificationEntry {
  const { id, channel, reasons, notBefore: _, alternatives: __, recipient: same, ...content } = notification;
  const who = recipient === undefined ? same : recipient;
  return {
    kind: 'notification',
    notification: {
      ...content,
      id: `${id}-f`,
      channel: to,
      reasons: [...reasons, ...why],
      cameFrom: { channel, notificationId: id },
      ...(alternatives === null ? {} : { alternatives }),
      ...(who == null ? {} : { recipient: who }),
    },
  };
}

/** Which news of a group go also to where it was told of before: of an end, and that somebody took it on. */
export type Copied = 'resolved' | 'acknowledged';

/** `wants`: of a channel. null: it goes nowhere else. */
export function copyFor(
  state: ChannelState | null,
  notification: Notification,
  now: number,
  wants: (channel: string, news: Copied) => boolean,
): Diversion | null {
  const news = newsOf(notification);
  if (state === null || news === null) return null;
  const detour = detourOf(state.detours, notification);
  if (detour === null || !wants(detour.to, news)) return null;
  const why = [reason('delivery.copied', `channel/${detour.to} told of it before`)];
  const effect = entryFor(notification, contactAt(notification, detour), why);
  const { tenant, channel, id } = notification;
  const to = { to: detour.to, as: effect.notification.id };
  const about = { key: `${tenant}/${channel}`, at: now, notificationId: id, reasons: why };
  return { event: { type: 'delivery.copied', ...about, ...to }, effect };
}

function newsOf(notification: Notification): Copied | null {
  if (notification.alerts.some(({ status }) => status === 'resolved')) return 'resolved';
  return tellsOfTaking(notification) ? 'acknowledged' : null;
}

/**
 * The member that a group of a channel with members goes to: the one it went to before, else by the highest of the hashes with
 * each (rendezvous hashing, Thaler and Ravishankar 1996), so that few groups move when a member comes or goes. The others follow
 * in the order of their hashes, then the channel's own fallback.
 */
export function spread(
  state: ChannelState | null,
  notification: Notification,
  members: readonly string[],
  policy: ChannelPolicy,
  now: number,
): Diversion {
  const hashed = members.map((name) => ({ name, weight: hash16(`${notification.groupId}\n${name}`) }));
  const inOrder = hashed.sort((a, b) => (a.weight < b.weight ? 1 : -1)).map(({ name }) => name);
  const before = state === null ? null : detourOf(state.detours, notification);
  const first = before !== null && members.includes(before.to) ? before.to : inOrder[0]!;
  const others = inOrder.filter((name) => name !== first);
  const alternatives = policy.fallback === undefined ? others : [...others, policy.fallback];
  const why = [reason('delivery.spread', `channel/${policy.name} hands on to channel/${first}`)];
  const { event, effect } = divert(notification, 0, { to: first, alternatives }, now, why);
  return { event: { ...event, spread: true } as DeliveryEvent, effect };
}
