/**
 * How many connections one address may hold. uWebSockets.js tells whose connection opens, and of one that closes only that it does: whose
 * they are is read from the kernel's table (connection-table.ts), and only while more are open in all than one address may hold.
 *
 *   few -> many   more are open than one address may hold: the table is read
 *   many          it is read again with a connection that opens, once the last reading is old
 *   many -> few   nobody can hold too many: what was counted is forgotten
 */

import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { networkOf } from './address.ts';

export interface ConnectionLimitOptions {
  /** Connections; infinite: no bound. */
  readonly perAddress: number;
  /** Proxies stand for many clients. */
  isProxy(address: string): boolean;
  /** Open connections by address (of IPv6 by network: address.ts); null where the system does not tell. */
  readonly count: () => Promise<ReadonlyMap<string, number> | null>;
  /** One connection of the address was one too many. */
  refused(address: string): void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds. */
const FRESH = 250;
/** Reading takes at most this share of the time. */
const SHARE = 20;
const LOG_EVERY = 60_000;

export class ConnectionLimit {
  #open = 0;
  #counted: ReadonlyMap<string, number> | null = null;
  /** Since the last reading began. */
  #since = new Map<string, number>();
  /** Monotonic: when the next reading may begin. */
  #nextAt = 0;
  #isReading = false;
  /** The system does not tell. */
  #isBlind = false;
  #loggedAt = Number.NEGATIVE_INFINITY;
  readonly #options: ConnectionLimitOptions;

  constructor(options: ConnectionLimitOptions) {
    this.#options = options;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#open;
  }

  /**
   * False: its address has too many, and this one is to be closed. It counts as open in any case, until `closed` is called for it.
   * `addressNow`: asked only where it plays a part.
   */
  opened(addressNow: () => string): boolean {
    this.#open += 1;
    const { perAddress } = this.#options;
    if (this.#isBlind) return true;
    if (this.#open <= perAddress) {
      this.#counted = null;
      return true;
    }
    const address = addressNow();
    if (this.#options.isProxy(address)) return true;
    this.#read();
    const network = networkOf(address);
    const since = (this.#since.get(network) ?? 0) + 1;
    this.#since.set(network, since);
    if (this.#counted === null || (this.#counted.get(network) ?? 0) + since <= perAddress) return true;
    // It will be gone again.
    this.#since.set(network, since - 1);
    this.#options.refused(address);
    this.#tell(address, perAddress);
    return false;
  }

  closed(): void {
    this.#open -= 1;
  }

  #read(): void {
    const { clock, count, log } = this.#options;
    const beganAt = clock.monotonic();
    if (this.#isReading || beganAt < this.#nextAt) return;
    this.#isReading = true;
    const since = new Map<string, number>();
    this.#since = since;
    count()
      .then(
        (counted) => {
          this.#counted = counted;
          if (counted !== null) return;
          this.#isBlind = true;
          log.warn(
            { event: 'http.connections-uncounted' },
            'this system does not tell whose connections are open: not bounded',
          );
        },
        (error: unknown) =>
          log.warn({ event: 'http.connections-uncounted', err: error }, 'connections could not be counted'),
      )
      .finally(() => {
        this.#isReading = false;
        const now = clock.monotonic();
        this.#nextAt = now + Math.max(FRESH, SHARE * (now - beganAt));
      });
  }

  #tell(address: string, limit: number): void {
    const { clock, log } = this.#options;
    const now = clock.monotonic();
    if (now - this.#loggedAt < LOG_EVERY) return;
    this.#loggedAt = now;
    log.warn({ event: 'audit.denied', code: 'connections.too-many', address, limit }, 'http.connection-refused');
  }
}
