/**
 * The state of a channel as a fold over its events. Changes `state` in place and returns it (see channel-state.ts). Total:
 * an event about a delivery that is not known changes nothing.
 */

import {
  addDelivery,
  type ChannelState,
  type Delivery,
  emptyChannel,
  indexOf,
  rememberDelivered,
  removeDelivery,
} from './channel-state.ts';
import { noteConversation } from './conversations.ts';
import type { DeliveryEvent } from './delivery-event.ts';

export function evolveDelivery(before: ChannelState | null, event: DeliveryEvent): ChannelState {
  const state = before ?? emptyChannel();
  if (event.type === 'delivery.queued') {
    addDelivery(state, event.notification);
    return state;
  }
  const delivery = indexOf(state).lanes.find(event.notificationId);
  if (delivery === undefined) return state;
  switch (event.type) {
    case 'delivery.attempting':
      delivery.attempts = event.attempt;
      move(state, delivery, true, 0);
      return state;
    case 'delivery.retry':
      move(state, delivery, false, event.notBefore);
      return state;
    case 'delivery.unsent':
      delivery.attempts = event.attempt - 1;
      move(state, delivery, false, event.notBefore);
      return state;
    case 'delivery.uncertain':
      move(state, delivery, false, event.notBefore ?? 0);
      return state;
    case 'delivery.delivered':
      removeDelivery(state, delivery);
      rememberDelivered(state, event.notificationId);
      noteConversation(state.conversations, delivery.notification, event.reference ?? null, event.at);
      return state;
    case 'delivery.dead':
      removeDelivery(state, delivery);
      state.deadCount++;
      return state;
    default:
      return event satisfies never;
  }
}

function move(state: ChannelState, delivery: Delivery, attempting: boolean, notBefore: number): void {
  delivery.attempting = attempting;
  delivery.notBefore = notBefore;
  indexOf(state).lanes.changed(delivery);
}
