/**
 * The deliveries of one channel.
 *
 *   state      | pump                    | outcome                          | recovered
 *   -----------|-------------------------|----------------------------------|----------------------------
 *   none       |                         | ignored                          |
 *   queued     | attempting, if it is    | ignored                          | queued
 *              | its turn                |                                  |
 *              | held (stays queued)     |                                  |
 *              | dead (too old)          |                                  |
 *              | diverted (open breaker) |                                  |
 *              | bundled                 |                                  |
 *   attempting | attempting              | delivered                        | uncertain: queued again
 *              |                         | queued (retry, later; unsent)    | diverted | dead
 *              |                         | uncertain: queued, later         |
 *              |                         | diverted | dead                  |
 *   delivered  |                         | ignored                          | delivered
 *
 * A provider may report later that a delivered one failed: diverted | dead (recalls.ts).
 *
 * Turn: within a group and recipient strictly in order, so a delivery waits while one before it is under way or waits for a
 * retry. Between groups the most urgent first, then the oldest, as many at once as the channel allows (delivery-turn.ts).
 *
 * What is for an audience is queued as an expansion, from which the pump makes a delivery for each member (expansion.ts).
 *
 * What is for a channel that is not declared (policy null) is dead.
 */

import { channelKey } from '../alert/entity-address.ts';
import type { Entry, ProbeEntry, ReceiptEntry } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { type ChannelState, emptyChannel, indexOf } from './channel-state.ts';
import { conclude, recover } from './delivery-conclude.ts';
import type { ChannelEvent, DeliveryEvent } from './delivery-event.ts';
import { buryQueued, takeTurn, turnDueAt } from './delivery-turn.ts';
import { copyFor, spread } from './divert.ts';
import { expansionOf, type Neighbours } from './expansion.ts';
import { about, dead, giveUp, unknownChannel } from './give-up.ts';
import type { Outcome } from './outcome.ts';
import { recallOf } from './recalls.ts';
import { climbs, receiptOf } from './receipts.ts';

export type { ChannelState } from './channel-state.ts';
export { evolveDelivery } from './delivery-evolve.ts';
export type { Neighbours } from './expansion.ts';

/** `random`: in [0, 1), for the jitter. */
export type DeliveryCommand =
  /** `because`: what brought it here, where that is no group. */
  | { readonly kind: 'queue'; readonly notification: Notification; readonly because?: Reason }
  | { readonly kind: 'pump' }
  | {
      readonly kind: 'outcome';
      readonly notificationId: string;
      readonly attempt: number;
      readonly outcome: Outcome;
      readonly random: number;
    }
  | { readonly kind: 'receipt'; readonly report: ReceiptEntry }
  | { readonly kind: 'probe'; readonly report: ProbeEntry }
  /** A new owner: what was under way has no one left to report its outcome. */
  | { readonly kind: 'recovered' };

export interface Send {
  readonly notification: Notification;
  readonly attempt: number;
  /** See Sender. */
  readonly earlier: string | null;
  readonly progress: string | null;
}

export interface DeliveryDecision {
  readonly events: readonly ChannelEvent[];
  /** For other channels. */
  readonly effects: readonly Entry[];
  /** To be handed to the sender after the events are committed. */
  readonly sends: readonly Send[];
}

const NOTHING: DeliveryDecision = { events: [], effects: [], sends: [] };

const ALONE: Neighbours = { wants: () => true, audience: () => null };

export function decideDelivery(
  state: ChannelState | null,
  command: DeliveryCommand,
  now: number,
  policy: ChannelPolicy | null,
  neighbours: Neighbours = ALONE,
): DeliveryDecision {
  switch (command.kind) {
    case 'queue':
      return queue(state, command, now, policy, neighbours);
    case 'pump':
      if (state === null) return NOTHING;
      return policy === null ? buryQueued(state, now) : takeTurn(state, now, policy, neighbours);
    case 'outcome': {
      const delivery = state === null ? undefined : indexOf(state).lanes.find(command.notificationId);
      if (state === null || !delivery?.attempting || delivery.attempts !== command.attempt) return NOTHING;
      return { ...conclude(state, delivery, command.outcome, { random: command.random, now, policy }), sends: [] };
    }
    case 'receipt':
      return state === null ? NOTHING : receive(state, command.report, now, policy);
    case 'probe':
      return probed(state, command.report, now);
    case 'recovered':
      return state === null ? NOTHING : { ...recover(state, now, policy), sends: [] };
    default:
      return command satisfies never;
  }
}

/**
 * When a pump will do something; in the past if it would now; null if only a new notification or an outcome can change that.
 * After a change of policy: pump, whatever this said before.
 */
export function deliveryDueAt(state: ChannelState, policy: ChannelPolicy | null): number | null {
  if (policy !== null) return turnDueAt(state, policy);
  return state.expansions.length > 0 || state.deliveries.length > indexOf(state).lanes.attempting.size ? 0 : null;
}

function queue(
  state: ChannelState | null,
  { notification, because }: DeliveryCommand & { kind: 'queue' },
  now: number,
  policy: ChannelPolicy | null,
  { wants }: Neighbours,
): DeliveryDecision {
  if (state !== null && isKnown(state, notification.id)) return NOTHING;
  if (policy?.members !== undefined) {
    const { event, effect } = spread(state, notification, policy.members, policy, now);
    return { events: [event], effects: [effect], sends: [] };
  }
  const { notBefore = 0 } = notification;
  const later = notBefore > now ? [reason('delivery.later', `not before ${new Date(notBefore).toISOString()}`)] : [];
  const reasons = [because ?? reason('delivery.queued'), ...later];
  const queued: DeliveryEvent = { type: 'delivery.queued', ...about(notification, now, reasons), notification };
  if (policy === null) {
    const { deadCount } = state ?? emptyChannel();
    const end = dead({ notification, attempts: 0 }, deadCount, now, unknownChannel(notification));
    return { events: [queued, end], effects: [], sends: [] };
  }
  const copy = copyFor(state, notification, now, wants);
  if (copy === null) return { events: [queued], effects: [], sends: [] };
  return { events: [queued, copy.event], effects: [copy.effect], sends: [] };
}

/**
 * What is not known (any more), and what stands no higher than what is known, changes nothing. What failed after all goes where it
 * would have gone if its provider had refused it: once, since a second such report is no step up.
 */
function receive(
  state: ChannelState,
  report: ReceiptEntry,
  now: number,
  policy: ChannelPolicy | null,
): DeliveryDecision {
  const standing = receiptOf(state.receipts, report);
  if (standing === null || !climbs(standing, report.step)) return NOTHING;
  const { notificationId } = standing;
  const reasons = [reason(`receipt.${report.step}`, report.detail)];
  const key = channelKey(report.tenant, report.channel);
  const event: DeliveryEvent = { type: 'delivery.receipt', key, at: now, notificationId, reasons, step: report.step };
  const accepted = report.step === 'failed' ? recallOf(state.recalls, notificationId) : null;
  if (accepted === null) return { events: [event], effects: [], sends: [] };
  const { events, effects } = giveUp(state, accepted, now, policy, reasons);
  return { events: [event, ...events], effects, sends: [] };
}

/** Only a change is worth an event. */
function probed(
  state: ChannelState | null,
  { tenant, channel, health, detail }: ProbeEntry,
  now: number,
): DeliveryDecision {
  if (state?.health === health) return NOTHING;
  const reasons = [reason(`probe.${health}`, detail)];
  const event: ChannelEvent = { type: 'channel.probed', key: channelKey(tenant, channel), at: now, reasons, health };
  return { events: [event], effects: [], sends: [] };
}

function isKnown(state: ChannelState, notificationId: string): boolean {
  const { lanes, delivered } = indexOf(state);
  if (delivered.has(notificationId) || lanes.find(notificationId) !== undefined) return true;
  return expansionOf(state, notificationId) !== undefined;
}
