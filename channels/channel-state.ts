/**
 * What a channel remembers, as plain data for snapshots.
 *
 * A channel may hold 10,000 deliveries and see thousands of events a second: evolveDelivery therefore changes the state in
 * place. It has one owner. Deciding changes nothing in it. What makes deciding fast (order, look-up by id) is an index
 * that is kept beside the state and made anew when it is missing.
 */

import type { ChannelHealth } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import type { ReasonCode } from '../alert/reason.ts';
import { type Breaker, closedBreaker } from './breaker.ts';
import type { Conversation } from './conversations.ts';
import type { Detour } from './detours.ts';
import { Lanes } from './lanes.ts';
import { ownPace, type Pace } from './pace.ts';
import type { Recall } from './recalls.ts';
import type { ReceiptStanding } from './receipts.ts';

export interface Delivery {
  readonly notification: Notification;
  /** Rises with every delivery of the channel: the order of its group, and age. */
  readonly order: number;
  /** Attempts begun so far. */
  attempts: number;
  attempting: boolean;
  /** 0: at once. Unix time in milliseconds. */
  notBefore: number;
  /** Why it was held last, since its last attempt; null: it was not. */
  held: ReasonCode | null;
  /** What its attempts so far left for the next (outcome.ts). Left out: nothing. */
  progress?: string;
}

/** A notification for an audience, on its way to the members (expansion.ts). */
export interface Expansion {
  readonly notification: Notification;
  /** Among the deliveries of the channel. */
  readonly order: number;
  /** Place up to which the members are taken on (alert/audience.ts). */
  through: number;
  /** How many are. */
  told: number;
}

/** A recipient whose limit was used lately. */
export interface RecipientStanding {
  readonly name: string;
  /** See throttle.ts. */
  bucket: number;
  /** The same with those that wait for their turn: where the end of the row stands. */
  reserved: number;
}

export interface ChannelState {
  /** In no particular order. */
  readonly deliveries: Delivery[];
  /** In the order in which they came. */
  readonly expansions: Expansion[];
  /** Ids of the last notifications that were delivered: a ring. */
  readonly delivered: string[];
  deliveredCount: number;
  nextOrder: number;
  readonly conversations: Conversation[];
  readonly detours: Detour[];
  /** See throttle.ts. */
  bucket: number;
  readonly recipients: RecipientStanding[];
  readonly breaker: Breaker;
  readonly pace: Pace;
  readonly receipts: ReceiptStanding[];
  readonly recalls: Recall[];
  /** What its provider said last when it was asked; null: it was not. */
  health: ChannelHealth | null;
  /** Part of dead letter ids, beside the notification's own: it may die, be replayed and die again. */
  deadCount: number;
}

/** How many delivered ids are remembered. */
export const REMEMBERED = 1000;

interface Index {
  readonly lanes: Lanes;
  readonly places: Map<Delivery, number>;
  readonly delivered: Set<string>;
}

const indexes = new WeakMap<ChannelState, Index>();

export function indexOf(state: ChannelState): Index {
  let index = indexes.get(state);
  if (index === undefined) {
    index = {
      lanes: new Lanes(state.deliveries),
      places: new Map(state.deliveries.map((delivery, place) => [delivery, place])),
      delivered: new Set(state.delivered),
    };
    indexes.set(state, index);
  }
  return index;
}

export function emptyChannel(): ChannelState {
  return {
    deliveries: [],
    expansions: [],
    delivered: [],
    deliveredCount: 0,
    nextOrder: 1,
    conversations: [],
    detours: [],
    bucket: 0,
    recipients: [],
    breaker: closedBreaker(),
    pace: ownPace(),
    receipts: [],
    recalls: [],
    health: null,
    deadCount: 0,
  };
}

export function addDelivery(state: ChannelState, notification: Notification): void {
  const { lanes, places } = indexOf(state);
  const notBefore = notification.notBefore ?? 0;
  const delivery = { notification, order: state.nextOrder++, attempts: 0, attempting: false, notBefore, held: null };
  places.set(delivery, state.deliveries.length);
  state.deliveries.push(delivery);
  lanes.add(delivery);
}

/** The last one takes its place, so that removing costs the same however many there are. */
export function removeDelivery(state: ChannelState, delivery: Delivery): void {
  const { lanes, places } = indexOf(state);
  lanes.remove(delivery);
  const hole = places.get(delivery)!;
  const last = state.deliveries.pop()!;
  places.delete(delivery);
  if (last === delivery) return;
  state.deliveries[hole] = last;
  places.set(last, hole);
}

export function rememberDelivered(state: ChannelState, notificationId: string): void {
  const { delivered } = indexOf(state);
  const place = state.deliveredCount++ % REMEMBERED;
  const oldest = state.delivered[place];
  if (oldest !== undefined) delivered.delete(oldest);
  state.delivered[place] = notificationId;
  delivered.add(notificationId);
}

/** Its dead letter may be replayed under the same id. */
export function forgetDelivered(state: ChannelState, notificationId: string): void {
  if (!indexOf(state).delivered.delete(notificationId)) return;
  const place = state.delivered.indexOf(notificationId);
  if (place >= 0) state.delivered[place] = '';
}
