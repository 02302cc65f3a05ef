/** What a channel decided about its notifications and about itself, as it stands in the journal. */

import type { Member } from '../alert/audience.ts';
import type { ChannelHealth } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import type { Reason } from '../alert/reason.ts';
import type { ReceiptStep } from '../alert/receipt.ts';
import type { FailedAttempt } from './failure.ts';

interface OfChannel {
  /** tenant/channel */
  readonly key: string;
  readonly at: number;
  readonly reasons: readonly Reason[];
}

interface OfDelivery extends OfChannel {
  readonly notificationId: string;
  /** What the attempt met that this ends. Left out: it met nothing, or the journal is of before. */
  readonly failure?: FailedAttempt;
}

/** Where the buckets stand after an attempt (throttle.ts). Left out where there is no limit. */
export interface Spent {
  readonly channel?: number;
  readonly recipient?: number;
}

/** What an attempt's end says of the provider, for the breaker: it answered, if only with a refusal, or it did not. Left out: nothing. */
export type ProviderSign = 'answered' | 'failed';

/**
 * The states of a delivery: queued → attempting → delivered | queued again (retry, unsent) | uncertain → queued | dead | diverted;
 * a queued one may also be held (it stays queued), bundled into another, diverted or dead.
 */
export type DeliveryEvent =
  | (OfDelivery & { readonly type: 'delivery.queued'; readonly notification: Notification })
  | (OfDelivery & {
      readonly type: 'delivery.attempting';
      readonly attempt: number;
      readonly spent?: Spent;
      /** It is the one that an open breaker lets through. */
      readonly probe?: true;
    })
  | (OfDelivery & {
      readonly type: 'delivery.delivered';
      readonly attempt: number;
      /** From the notification's making. Milliseconds. */
      readonly took?: number;
      /** See Outcome. Left out where the sender gave none. */
      readonly reference?: string;
      readonly receiptId?: string;
    })
  | (OfDelivery & {
      readonly type: 'delivery.retry';
      readonly attempt: number;
      readonly notBefore: number;
      /** See Outcome. */
      readonly progress?: string;
      /** The provider wants fewer requests: whether that used up the attempt (pace.ts). Left out: it failed in another way. */
      readonly limited?: { readonly counts: boolean };
    })
  /** The attempt was never made: it does not count. */
  | (OfDelivery & { readonly type: 'delivery.unsent'; readonly attempt: number; readonly notBefore: number })
  /** Found as `attempting` after a takeover, or its answer was lost: the provider may or may not have it. */
  | (OfDelivery & {
      readonly type: 'delivery.uncertain';
      readonly attempt: number;
      readonly resend: boolean;
      /** Left out: at once. */
      readonly notBefore?: number;
      readonly provider?: ProviderSign;
    })
  /** It was next, and something keeps it back. Told once for each cause, of those that are next. */
  | (OfDelivery & {
      readonly type: 'delivery.held';
      /** Its turn comes not before then; left out: when the channel's comes. */
      readonly notBefore?: number;
      /** The place in the row of its recipient, where that is what holds it (see Recipient in channel-state.ts). */
      readonly reserved?: number;
    })
  /** Gone on to another channel, as this notification. */
  | (OfDelivery & {
      readonly type: 'delivery.diverted';
      readonly attempt: number;
      readonly to: string;
      readonly as: string;
      readonly notification: Notification;
      /** Its channel only hands on. */
      readonly spread?: true;
      readonly provider?: ProviderSign;
    })
  /** What it says of ends goes also to where its group was diverted to. */
  | (OfDelivery & { readonly type: 'delivery.copied'; readonly to: string; readonly as: string })
  /** `notification` takes the place of these. */
  | (OfDelivery & {
      readonly type: 'delivery.bundled';
      readonly notification: Notification;
      readonly of: readonly string[];
    })
  /**
   * Of a notification for an audience: these members are taken on, each as a delivery of their own (alert/audience.ts). `last`: no more
   * are left, and this one has done its work. `told`: how many so far.
   */
  | (OfDelivery & {
      readonly type: 'delivery.expanded';
      readonly members: readonly Member[];
      readonly through: number;
      readonly last: boolean;
      readonly told: number;
    })
  /** The provider reports later, of one that it accepted. */
  | (OfDelivery & { readonly type: 'delivery.receipt'; readonly step: ReceiptStep })
  /** Given up. The notification is kept whole as a dead letter with this id. */
  | (OfDelivery & {
      readonly type: 'delivery.dead';
      readonly attempt: number;
      readonly deadLetterId: string;
      readonly notification: Notification;
      readonly provider?: ProviderSign;
    });

/** What a channel says of itself. */
export type ChannelStandingEvent =
  | (OfChannel & { readonly type: 'channel.breaker-opened'; readonly until: number; readonly failures: number })
  | (OfChannel & { readonly type: 'channel.breaker-closed' })
  | (OfChannel & { readonly type: 'channel.probed'; readonly health: ChannelHealth });

export type ChannelEvent = DeliveryEvent | ChannelStandingEvent;
