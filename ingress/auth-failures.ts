/**
 * Who fails to authenticate waits: each failure of an address within a minute doubles the time until its next one is answered. A sender
 * whose secret was mistyped hardly notices; who guesses gets a guess every two seconds for each connection.
 */

import { networkOf } from './address.ts';

/** Milliseconds. */
const FIRST_DELAY = 50;
const LONGEST_DELAY = 2000;
const FORGET_AFTER = 60_000;
const MOST_ADDRESSES = 10_000;

interface Failures {
  count: number;
  /** Monotonic milliseconds. */
  last: number;
}

export class AuthFailures {
  readonly #byAddress = new Map<string, Failures>();

  /** Notes one, and says for how many milliseconds its answer waits. */
  delay(address: string, at: number): number {
    const network = networkOf(address);
    const known = this.#byAddress.get(network);
    const count = known === undefined || at - known.last > FORGET_AFTER ? 1 : known.count + 1;
    // Deleted first, so that the order is by the last failure.
    this.#byAddress.delete(network);
    this.#byAddress.set(network, { count, last: at });
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MOST_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
    return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(count - 1, 10));
  }
}
