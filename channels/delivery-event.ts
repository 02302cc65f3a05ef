/** What a channel decided about its notifications, as it stands in the journal. */

import type { Notification } from '../alert/notification.ts';
import type { Reason } from '../alert/reason.ts';

interface OfDelivery {
  /** tenant/channel */
  readonly key: string;
  readonly at: number;
  readonly notificationId: string;
  readonly reasons: readonly Reason[];
}

/** The states of a delivery: queued → attempting → delivered | queued again (retry, unsent) | uncertain → queued | dead. */
export type DeliveryEvent =
  | (OfDelivery & { readonly type: 'delivery.queued'; readonly notification: Notification })
  | (OfDelivery & { readonly type: 'delivery.attempting'; readonly attempt: number })
  | (OfDelivery & {
      readonly type: 'delivery.delivered';
      readonly attempt: number;
      /** See Outcome. Left out where the sender gave none. */
      readonly reference?: string;
      readonly receiptId?: string;
    })
  | (OfDelivery & { readonly type: 'delivery.retry'; readonly attempt: number; readonly notBefore: number })
  /** The attempt was never made: it does not count. */
  | (OfDelivery & { readonly type: 'delivery.unsent'; readonly attempt: number; readonly notBefore: number })
  /** Found as `attempting` after a takeover, or its answer was lost: the provider may or may not have it. */
  | (OfDelivery & {
      readonly type: 'delivery.uncertain';
      readonly attempt: number;
      readonly resend: boolean;
      /** Left out: at once. */
      readonly notBefore?: number;
    })
  /** Given up. The notification is kept whole as a dead letter with this id. */
  | (OfDelivery & {
      readonly type: 'delivery.dead';
      readonly attempt: number;
      readonly deadLetterId: string;
      readonly notification: Notification;
    });
