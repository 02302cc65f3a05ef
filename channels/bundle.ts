/**
 * Bundling under a storm: when the rate limit of a channel holds many notifications for one recipient, they become one that says
 * it all. Whoever gets it reads one message now and not a hundred over the next hour. The most urgent stay their own: they go
 * first anyway.
 */

import { hash16 } from '../alert/fingerprint.ts';
import type { GroupedAlert, Notification } from '../alert/notification.ts';
import { buildNotification } from '../alert/notification-build.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import { type ChannelState, type Delivery, indexOf } from './channel-state.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import { about } from './give-up.ts';

/** In one bundle. What is left makes the next. */
const MOST = 500;
/** How many are looked at: those that may not be bundled must not make every turn long. */
const LOOKED_AT = 2000;

/** Of those for the recipient of `next`, which would be the next to leave. null: too few wait. */
export function bundleWith(
  state: ChannelState,
  next: Delivery,
  recipient: string,
  policy: ChannelPolicy,
  now: number,
): DeliveryEvent | null {
  const waiting = indexOf(state).lanes.of(recipient);
  if (policy.bundle === undefined || waiting.size < policy.bundle) return null;
  const chosen = eligible(state, waiting, now);
  if (chosen.length < policy.bundle) return null;
  const notification = bundled(chosen, next, policy.maxAlerts);
  const reasons = [reason('delivery.bundled', `${chosen.length} that waited for the rate limit`)];
  const of = chosen.map(({ id }) => id);
  return { type: 'delivery.bundled', ...about(notification, now, reasons), notification, of };
}

/** In each group from its first on, without a gap: nothing may overtake what was before it. */
function eligible(state: ChannelState, waiting: Iterable<Delivery>, now: number): Notification[] {
  const { lanes } = indexOf(state);
  const closed = new Set<string>();
  const chosen: Notification[] = [];
  let looked = 0;
  for (const delivery of waiting) {
    if (chosen.length >= MOST || ++looked > LOOKED_AT) break;
    const { notification, attempts } = delivery;
    const { groupId, priority, notBefore = 0 } = notification;
    const stays = attempts > 0 || priority === 'P1' || notBefore > now || lanes.isBehind(delivery);
    if (stays) closed.add(groupId);
    else if (!closed.has(groupId)) chosen.push(notification);
  }
  return chosen;
}

function bundled(parts: readonly Notification[], { notification: next }: Delivery, maxAlerts: number): Notification {
  const id = `${parts[0]!.id}-b`;
  // The newest word on each alert.
  const byFingerprint = new Map<string, GroupedAlert>();
  for (const { alerts } of parts) for (const alert of alerts) byFingerprint.set(alert.fingerprint, alert);
  const latest = [...byFingerprint.values()];
  const alerts = [
    ...latest.filter(({ status }) => status === 'firing'),
    ...latest.filter(({ status }) => status !== 'firing'),
  ];
  const { tenant, channel, recipient, alternatives } = next;
  const built = buildNotification({
    id,
    group: {
      id: hash16(id),
      tenant,
      key: `{}/bundle:{} (${parts.length} notifications)`,
      labels: {},
      timing: { groupWait: 0, groupInterval: 0, repeatInterval: 0, channels: [] },
    },
    channel,
    alerts,
    maxAlerts,
    reasons: [reason('delivery.bundled', `stands for ${parts.length} notifications`)],
    // As long as the oldest has waited, so long it took.
    now: Math.min(...parts.map(({ createdAt }) => createdAt)),
  });
  const cut = parts.reduce((sum, { truncatedAlerts }) => sum + truncatedAlerts, 0);
  return {
    ...built,
    truncatedAlerts: built.truncatedAlerts + cut,
    ...(recipient === undefined ? {} : { recipient }),
    ...(alternatives === undefined ? {} : { alternatives }),
    bundled: parts.map((part) => ({ id: part.id, groupId: part.groupId })),
  };
}
