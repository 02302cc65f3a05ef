/** Addresses that mails came back from. Kept by the channel's owner in memory; a mail that is taken again does not clear it, a month does. */

import type { Bounce } from './bounce.ts';

export interface Bounced extends Bounce {
  readonly count: number;
  /** Unix ms. */
  readonly last: number;
}

const MOST_REMEMBERED = 10_000;
const REMEMBERED_FOR = 30 * 86_400_000;

export class BouncedAddresses {
  readonly #known = new Map<string, Bounced>();

  add(bounce: Bounce, now: number): Bounced {
    const key = bounce.address.toLowerCase();
    const counted = { ...bounce, count: (this.#known.get(key)?.count ?? 0) + 1, last: now };
    // Taken out first, so that the order is that of the last bounce.
    this.#known.delete(key);
    this.#known.set(key, counted);
    const oldest = this.#known.keys().next();
    if (this.#known.size > MOST_REMEMBERED && oldest.done === false) this.#known.delete(oldest.value);
    return counted;
  }

  of(address: string, now: number): Bounced | null {
    const found = this.#known.get(address.toLowerCase());
    return found === undefined || now - found.last > REMEMBERED_FOR ? null : found;
  }

  /** The last ones first. */
  list(now: number): Bounced[] {
    return [...this.#known.values()].filter(({ last }) => now - last <= REMEMBERED_FOR).reverse();
  }
}

export function describeBounce({ address, status, count }: Bounced): string {
  return `${address} (${status}, ${count === 1 ? 'once' : `${count} times`})`;
}
