/** What becomes of a notification that its channel cannot deliver: the next channel has it, or it is dead and its groups hear of that. */

import { isMember } from '../alert/audience.ts';
import { channelKey } from '../alert/entity-address.ts';
import type { Entry } from '../alert/entry.ts';
import { type Notification, tellsOfTaking } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import type { ChannelState, Delivery } from './channel-state.ts';
import type { ChannelEvent, DeliveryEvent, ProviderSign } from './delivery-event.ts';
import { divert, nextChannel } from './divert.ts';

export interface Concluded {
  readonly events: readonly ChannelEvent[];
  /** For other channels. */
  readonly effects: readonly Entry[];
}

/** To the next channel, or to the dead letters where there is none. */
export function giveUp(
  state: ChannelState,
  delivery: Pick<Delivery, 'notification' | 'attempts'>,
  now: number,
  policy: ChannelPolicy | null,
  why: readonly Reason[],
  provider?: ProviderSign,
): Concluded {
  const sign = provider === undefined ? {} : { provider };
  const next = nextChannel(delivery.notification, policy);
  if (next !== null) {
    const { event, effect } = divert(delivery.notification, delivery.attempts, next, now, why);
    return { events: [{ ...event, ...sign } as DeliveryEvent], effects: [effect] };
  }
  const { cameFrom } = delivery.notification;
  const last =
    cameFrom === undefined ? [] : [reason('delivery.nobody-reached', `channel/${cameFrom.channel} was tried before`)];
  const end = { ...dead(delivery, state.deadCount, now, [...why, ...last]), ...sign };
  return { events: [end], effects: undelivered(delivery.notification, why) };
}

/** To the groups that it was about: nobody was reached. That something ended, or is in somebody's hand, is no call for anybody. */
export function undelivered(notification: Notification, why: readonly Reason[]): Entry[] {
  const { id, tenant, channel, groupId, status, bundled, recipient } = notification;
  // One of many is nobody whose turn another takes.
  if (status !== 'firing' || tellsOfTaking(notification) || (recipient !== undefined && isMember(recipient))) return [];
  const groups = bundled === undefined ? [groupId] : [...new Set(bundled.map((part) => part.groupId))];
  const detail = why.map((one) => one.detail).join('; ');
  return groups.map((group) => ({ kind: 'undelivered', tenant, group, channel, notificationId: id, detail }));
}

export function dead(
  { notification, attempts: attempt }: Pick<Delivery, 'notification' | 'attempts'>,
  deadBefore: number,
  now: number,
  reasons: readonly Reason[],
): DeliveryEvent & { readonly type: 'delivery.dead' } {
  const deadLetterId = `${notification.id}-d${deadBefore + 1}`;
  return { type: 'delivery.dead', ...about(notification, now, reasons), attempt, deadLetterId, notification };
}

export function unknownChannel(notification: Notification): Reason[] {
  return [reason('channel.unknown', `no channel named ${notification.channel}`)];
}

export function about({ id, tenant, channel }: Notification, at: number, reasons: readonly Reason[]) {
  return { key: channelKey(tenant, channel), at, notificationId: id, reasons };
}
