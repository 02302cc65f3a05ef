/** Which numbers have a notification already, while others of the same channel are tried again. Gone with the process. */

import type { Outcome } from '../outcome.ts';

/** Notifications. */
const REMEMBERED = 1000;

export class Sent {
  readonly #byNotification = new Map<string, Map<string, Outcome>>();

  find(notificationId: string, number: string): Outcome | null {
    return this.#byNotification.get(notificationId)?.get(number) ?? null;
  }

  note(notificationId: string, number: string, outcome: Outcome): void {
    const numbers = this.#byNotification.get(notificationId) ?? new Map<string, Outcome>();
    numbers.set(number, outcome);
    this.#byNotification.set(notificationId, numbers);
    if (this.#byNotification.size <= REMEMBERED) return;
    const [oldest] = this.#byNotification.keys();
    if (oldest !== undefined) this.#byNotification.delete(oldest);
  }
}
