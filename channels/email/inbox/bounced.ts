/**
 * Addresses that mails came back from. A mail that is taken again does not clear it, a month does. They are kept in the memory of the channel,
 * which outlives its owners.
 */

import { createHash } from 'node:crypto';
import { jsonObject, objectOf } from '../../json-object.ts';
import type { SenderMemory } from '../../sender.ts';
import type { Bounce } from './bounce.ts';

export interface Bounced {
  readonly address: string;
  /** `5.1.1` (RFC 3463). */
  readonly status: string;
  /** For a person, one line. */
  readonly detail: string;
  readonly count: number;
  /** Unix ms. */
  readonly last: number;
  /** A hash of the report that was counted last: a watcher that was lost before it marked the report reads it again. */
  readonly report: string;
}

const MOST_REMEMBERED = 2000;
const REMEMBERED_FOR = 30 * 86_400_000;
const NAME = 'bounced';

export class BouncedAddresses {
  readonly #memory: SenderMemory | null;
  #known = new Map<string, Bounced>();

  constructor(memory: SenderMemory | null) {
    this.#memory = memory;
  }

  /** What this channel's owners before knew. Rejects where it cannot be read now. */
  async load(): Promise<void> {
    const text = (await this.#memory?.read(NAME)) ?? null;
    const { addresses } = jsonObject(text) ?? {};
    if (!Array.isArray(addresses)) return;
    this.#known = new Map(addresses.flatMap(bouncedIn).map((one) => [keyOf(one.address), one]));
  }

  /** Resolves once it is stored. `source`: the whole report. */
  async add({ address, status, detail }: Bounce, source: Buffer, now: number): Promise<Bounced> {
    const key = keyOf(address);
    const before = this.#known.get(key);
    const report = createHash('sha256').update(source).digest('base64url').slice(0, 22);
    const again = before?.report === report;
    const counted = again ? before : { address, status, detail, count: (before?.count ?? 0) + 1, last: now, report };
    // Taken out first, so that the order is that of the last bounce.
    this.#known.delete(key);
    this.#known.set(key, counted);
    const oldest = this.#known.keys().next();
    if (this.#known.size > MOST_REMEMBERED && oldest.done === false) this.#known.delete(oldest.value);
    await this.#memory?.write(NAME, JSON.stringify({ addresses: [...this.#known.values()] }));
    return counted;
  }

  of(address: string, now: number): Bounced | null {
    const found = this.#known.get(keyOf(address));
    return found === undefined || now - found.last > REMEMBERED_FOR ? null : found;
  }

  /** The last ones first. */
  list(now: number): Bounced[] {
    return [...this.#known.values()].filter(({ last }) => now - last <= REMEMBERED_FOR).reverse();
  }
}

function keyOf(address: string): string {
  return address.toLowerCase();
}

function bouncedIn(value: unknown): Bounced[] {
  const { address, status, detail, count, last, report } = objectOf(value);
  const texts = [address, status, detail, report].every((one) => typeof one === 'string');
  return texts && typeof count === 'number' && typeof last === 'number' ? [value as Bounced] : [];
}

export function describeBounce({ address, status, count }: Bounced): string {
  return `${address} (${status}, ${count === 1 ? 'once' : `${count} times`})`;
}
