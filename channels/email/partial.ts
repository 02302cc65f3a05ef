/**
 * Who has a mail already, where a server took it for some of its recipients and put the others off: the next attempt goes to those
 * alone. Kept in memory only: after a crash all of them get it again, under the same Message-ID.
 */

import type { SmtpResult } from './smtp.ts';
import { mayPass } from './verdict.ts';

const MOST_REMEMBERED = 10_000;

export class PartialDeliveries {
  /** Notification id to the addresses that do not have it yet. */
  readonly #open = new Map<string, readonly string[]>();

  remaining(notificationId: string, recipients: readonly string[]): readonly string[] {
    const open = this.#open.get(notificationId);
    if (open === undefined) return recipients;
    // Who is not among the recipients any more is not written to.
    return recipients.filter((address) => open.includes(address));
  }

  record(notificationId: string, sentTo: readonly string[], result: SmtpResult): void {
    const deferred = result.refused.filter(mayPass).map(({ address }) => address);
    const left = sentTo.filter((address) => deferred.includes(address));
    const progress = result.kind === 'accepted' || left.length > 0;
    if (!progress) return;
    this.#open.delete(notificationId);
    if (left.length === 0) return;
    const oldest = this.#open.keys().next();
    if (this.#open.size >= MOST_REMEMBERED && oldest.done === false) this.#open.delete(oldest.value);
    this.#open.set(notificationId, left);
  }
}
