/** What one turn of a channel takes out of the buckets of the channel and of its recipients. The state is changed by its events alone, later. */

import type { Notification } from '../alert/notification.ts';
import type { ChannelPolicy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import type { ChannelState, Delivery } from './channel-state.ts';
import type { DeliveryEvent, Spent } from './delivery-event.ts';
import { about } from './give-up.ts';
import { recipientName, recipientOf, turnOf } from './recipients.ts';
import { spend, tokensIn } from './throttle.ts';

export class Spending {
  readonly #state: ChannelState;
  readonly #policy: ChannelPolicy;
  readonly #now: number;
  readonly #recipients = new Map<string, { bucket: number; reserved: number }>();
  #bucket: number;

  constructor(state: ChannelState, policy: ChannelPolicy, now: number) {
    this.#state = state;
    this.#policy = policy;
    this.#now = now;
    this.#bucket = state.bucket;
  }

  /** null: its recipient's limit lets it go. */
  holdOf({ notification, held }: Delivery): DeliveryEvent | null {
    const { recipientLimit: limit } = this.#policy;
    if (limit === undefined) return null;
    const standing = this.#recipient(recipientName(notification));
    if (tokensIn(standing.bucket, limit, this.#now) > 0) return null;
    const why = reason('delivery.rate-limited', `that of ${recipientName(notification) || 'its recipient'}`);
    const isNext = notification.priority === 'P1' || held === why.code;
    const { notBefore, reserved } = turnOf(standing, limit, this.#now, isNext);
    standing.reserved = reserved;
    return { type: 'delivery.held', ...about(notification, this.#now, [why]), notBefore, reserved };
  }

  spendFor(notification: Notification): Spent | null {
    const { rateLimit, recipientLimit } = this.#policy;
    if (rateLimit === undefined && recipientLimit === undefined) return null;
    if (rateLimit !== undefined) this.#bucket = spend(this.#bucket, rateLimit, this.#now);
    if (recipientLimit === undefined) return { channel: this.#bucket };
    const standing = this.#recipient(recipientName(notification));
    standing.bucket = spend(standing.bucket, recipientLimit, this.#now);
    return { ...(rateLimit === undefined ? {} : { channel: this.#bucket }), recipient: standing.bucket };
  }

  #recipient(name: string): { bucket: number; reserved: number } {
    const known = this.#recipients.get(name);
    if (known !== undefined) return known;
    const { bucket, reserved } = recipientOf(this.#state.recipients, name);
    const standing = { bucket, reserved };
    this.#recipients.set(name, standing);
    return standing;
  }
}
