/**
 * The state of a channel as a fold over its events. Changes `state` in place and returns it (see channel-state.ts). Total:
 * an event about a delivery that is not known changes nothing.
 */

import { audienceOf, wholeOf } from '../alert/audience.ts';
import { endProbe, noteFailure, noteOpened, noteSuccess } from './breaker.ts';
import {
  addDelivery,
  type ChannelState,
  type Delivery,
  emptyChannel,
  forgetDelivered,
  indexOf,
  rememberDelivered,
  removeDelivery,
} from './channel-state.ts';
import { noteConversation } from './conversations.ts';
import type { ChannelEvent, DeliveryEvent, ProviderSign } from './delivery-event.ts';
import { dropDetour, noteDetour } from './detours.ts';
import { addExpansion, endExpansion, evolveExpansion, expansionOf } from './expansion.ts';
import { noteLimited, noteSent, noteTaken } from './pace.ts';
import { dropRecall, keepForRecall } from './recalls.ts';
import { expectReceipt, receiptOf } from './receipts.ts';
import { noteRecipient, recipientName } from './recipients.ts';

export function evolveDelivery(before: ChannelState | null, event: ChannelEvent): ChannelState {
  const state = before ?? emptyChannel();
  switch (event.type) {
    case 'delivery.queued':
      if (audienceOf(event.notification) === null) addDelivery(state, event.notification);
      else addExpansion(state, event.notification);
      return state;
    case 'delivery.expanded':
      evolveExpansion(state, event);
      return state;
    case 'delivery.bundled':
      bundle(state, event);
      return state;
    case 'delivery.diverted':
      noteDiversion(state, event);
      break;
    case 'channel.breaker-opened':
      noteOpened(state.breaker, event.until);
      return state;
    case 'channel.breaker-closed':
      noteSuccess(state.breaker);
      return state;
    case 'channel.probed':
      state.health = event.health;
      return state;
    case 'delivery.receipt': {
      const standing = receiptOf(state.receipts, event);
      if (standing !== null) standing.step = event.step;
      // It arrived: no report can take that back (alert/receipt.ts).
      if (event.step === 'delivered' || event.step === 'read') dropRecall(state.recalls, event.notificationId);
      return state;
    }
  }
  const delivery = indexOf(state).lanes.find(event.notificationId);
  if (delivery === undefined && event.type === 'delivery.dead') buryExpansion(state, event.notificationId);
  if (delivery !== undefined) change(state, delivery, event);
  else recall(state, event);
  return state;
}

function buryExpansion(state: ChannelState, notificationId: string): void {
  const expansion = expansionOf(state, notificationId);
  if (expansion === undefined) return;
  endExpansion(state, expansion, false);
  state.deadCount++;
}

type OfOne = Exclude<
  DeliveryEvent,
  { type: 'delivery.queued' | 'delivery.bundled' | 'delivery.receipt' | 'delivery.expanded' }
>;

function change(state: ChannelState, delivery: Delivery, event: OfOne): void {
  switch (event.type) {
    case 'delivery.attempting':
      begin(state, delivery, event);
      return;
    case 'delivery.retry':
      noteRetry(state, delivery, event);
      if (event.progress !== undefined) delivery.progress = event.progress;
      move(state, delivery, false, event.notBefore);
      return;
    case 'delivery.unsent':
      endProbe(state.breaker, event.notificationId);
      delivery.attempts = event.attempt - 1;
      move(state, delivery, false, event.notBefore);
      return;
    case 'delivery.uncertain':
      noteSign(state, event, event.provider);
      move(state, delivery, false, event.notBefore ?? 0);
      return;
    case 'delivery.held':
      hold(state, delivery, event);
      return;
    case 'delivery.copied':
      if (delivery.notification.status === 'resolved') dropDetour(state.detours, delivery.notification);
      return;
    case 'delivery.delivered':
      noteSuccess(state.breaker);
      noteTaken(state.pace);
      removeDelivery(state, delivery);
      expectReceipt(state.receipts, event.notificationId, event.receiptId ?? null);
      // A million members would push out what is remembered of everybody else. They come once: their place is in the journal.
      if (wholeOf(event.notificationId) !== null) return;
      rememberDelivered(state, event.notificationId);
      if (event.receiptId !== undefined) keepForRecall(state.recalls, delivery);
      if (delivery.notification.bundled === undefined) {
        noteConversation(state.conversations, delivery.notification, event.reference ?? null, event.at);
      }
      return;
    case 'delivery.diverted':
      noteSign(state, event, event.provider);
      removeDelivery(state, delivery);
      return;
    case 'delivery.dead':
      noteSign(state, event, event.provider);
      removeDelivery(state, delivery);
      state.deadCount++;
      return;
    default:
      event satisfies never;
  }
}

function noteRetry(state: ChannelState, delivery: Delivery, event: OfOne & { type: 'delivery.retry' }): void {
  const { limited, at, notBefore, attempt } = event;
  if (limited === undefined) {
    noteFailure(state.breaker, event.notificationId);
    return;
  }
  noteSuccess(state.breaker);
  noteLimited(state.pace, indexOf(state).lanes.attempting.size, at, notBefore);
  if (!limited.counts) delivery.attempts = attempt - 1;
}

/** What was delivered, and goes on to another channel or to the dead letters all the same. */
function recall(state: ChannelState, { type, notificationId }: OfOne): void {
  if (type !== 'delivery.dead' && type !== 'delivery.diverted') return;
  if (!dropRecall(state.recalls, notificationId) || type === 'delivery.diverted') return;
  state.deadCount++;
  forgetDelivered(state, notificationId);
}

function begin(state: ChannelState, delivery: Delivery, event: OfOne & { type: 'delivery.attempting' }): void {
  delivery.attempts = event.attempt;
  delivery.held = null;
  move(state, delivery, true, 0);
  noteSent(state.pace, event.at);
  const { spent, probe } = event;
  if (probe === true) state.breaker.probe = event.notificationId;
  if (spent?.channel !== undefined) state.bucket = spent.channel;
  if (spent?.recipient === undefined) return;
  noteRecipient(state.recipients, recipientName(delivery.notification), { bucket: spent.recipient }, event.at);
}

function hold(state: ChannelState, delivery: Delivery, event: OfOne & { type: 'delivery.held' }): void {
  delivery.held = event.reasons[0]?.code ?? null;
  const { reserved } = event;
  if (reserved !== undefined) {
    noteRecipient(state.recipients, recipientName(delivery.notification), { reserved }, event.at);
  }
  if (event.notBefore !== undefined) move(state, delivery, false, event.notBefore);
}

function noteSign(state: ChannelState, { notificationId }: OfOne, sign: ProviderSign | undefined): void {
  if (sign === 'answered') noteSuccess(state.breaker);
  else if (sign === 'failed') noteFailure(state.breaker, notificationId);
  else endProbe(state.breaker, notificationId);
}

/** Also of one that was never queued: a channel with members hands it on as it comes. */
function noteDiversion(state: ChannelState, event: DeliveryEvent & { type: 'delivery.diverted' }): void {
  const { notification, to, at } = event;
  if (event.spread === true) rememberDelivered(state, event.notificationId);
  if (notification.status === 'resolved') {
    if (event.spread === true) dropDetour(state.detours, notification);
    return;
  }
  const alternatives = notification.alternatives?.slice(1) ?? null;
  noteDetour(state.detours, notification, to, alternatives, at);
  for (const { groupId } of notification.bundled ?? []) {
    noteDetour(state.detours, { ...notification, groupId }, to, alternatives, at);
  }
}

function bundle(state: ChannelState, { notification, of }: DeliveryEvent & { type: 'delivery.bundled' }): void {
  const { lanes } = indexOf(state);
  for (const id of of) {
    const delivery = lanes.find(id);
    if (delivery === undefined) continue;
    removeDelivery(state, delivery);
    // The same notification, should it come again, is not a new one.
    rememberDelivered(state, id);
  }
  addDelivery(state, notification);
}

function move(state: ChannelState, delivery: Delivery, attempting: boolean, notBefore: number): void {
  delivery.attempting = attempting;
  delivery.notBefore = notBefore;
  indexOf(state).lanes.changed(delivery);
}
