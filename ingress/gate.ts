/**
 * Who may come, and how much: networks and host names, token buckets per source and per address, and requests at a time. Only sources that
 * declare a bound have any state here. Who exceeds one is answered 503 with Retry-After and nothing is kept: an Alertmanager gives up on a 429.
 */

import type { Origins, Rate, SourceAccess } from '../resources/source-access.ts';
import { networkOf } from './address.ts';

export type GateVerdict =
  | { readonly code: 'gate.open' }
  | { readonly code: 'gate.address-refused' }
  /** `retryAfter`: whole seconds. */
  | {
      readonly code: 'gate.hosts-unknown' | 'gate.source-rate' | 'gate.address-rate' | 'gate.concurrency';
      readonly retryAfter: number;
    };

/** Who has which address now: allowed-hosts.ts. */
export interface HostAddresses {
  /** Whether it is the address of one of the names, as far as is known. */
  find(names: readonly string[], address: string): HostVerdict;
}

export type HostVerdict = 'hosts.one-of-them' | 'hosts.none-of-them' | 'hosts.unknown';

interface Bucket {
  tokens: number;
  /** Monotonic milliseconds. */
  at: number;
}

interface SourceState {
  readonly bucket: Bucket;
  readonly byAddress: Map<string, Bucket>;
  handled: number;
}

/** Of one source; the one that was silent for longest is forgotten, and begins again with a full bucket. */
const MOST_ADDRESSES = 10_000;
const OPEN: GateVerdict = { code: 'gate.open' };

/** Until the DNS has answered, or is asked again. Seconds. */
const HOSTS_UNKNOWN: GateVerdict = { code: 'gate.hosts-unknown', retryAfter: 5 };
const ADDRESS_REFUSED: GateVerdict = { code: 'gate.address-refused' };

export class Gate {
  readonly #hosts: HostAddresses;
  readonly #states = new Map<string, SourceState>();

  constructor(hosts: HostAddresses) {
    this.#hosts = hosts;
  }

  /** Before anybody looks at credentials. `at`: monotonic milliseconds. */
  address(source: string, access: SourceAccess, address: string, at: number): GateVerdict {
    const stranger = access.allowFrom === null ? null : this.#comesFrom(access.allowFrom, address);
    if (stranger !== null) return stranger;
    const { address: rate } = access;
    if (rate === null) return OPEN;
    const { byAddress } = this.#stateOf(source);
    const network = networkOf(address);
    const bucket = byAddress.get(network) ?? { tokens: rate.burst, at };
    // Last in the order: the first one was silent for longest.
    byAddress.delete(network);
    byAddress.set(network, bucket);
    const [oldest] = byAddress.keys();
    if (byAddress.size > MOST_ADDRESSES && oldest !== undefined) byAddress.delete(oldest);
    const wait = draw(bucket, rate, at);
    return wait === 0 ? OPEN : { code: 'gate.address-rate', retryAfter: wait };
  }

  /** null: it is one of those that may come. */
  #comesFrom({ networks, hosts }: Origins, address: string): GateVerdict | null {
    if (networks.has(address)) return null;
    if (hosts.length === 0) return ADDRESS_REFUSED;
    const verdict = this.#hosts.find(hosts, address);
    switch (verdict) {
      case 'hosts.one-of-them':
        return null;
      case 'hosts.none-of-them':
        return ADDRESS_REFUSED;
      case 'hosts.unknown':
        return HOSTS_UNKNOWN;
      default:
        return verdict satisfies never;
    }
  }

  /** Of all senders of the source together. */
  source(source: string, { source: rate }: SourceAccess, at: number): GateVerdict {
    if (rate === null) return OPEN;
    const { bucket } = this.#stateOf(source, rate.burst, at);
    const wait = draw(bucket, rate, at);
    return wait === 0 ? OPEN : { code: 'gate.source-rate', retryAfter: wait };
  }

  /** Every `enter` that is open is followed by a `leave`. */
  enter(source: string, { concurrency }: SourceAccess): GateVerdict {
    if (concurrency === null) return OPEN;
    const state = this.#stateOf(source);
    if (state.handled >= concurrency) return { code: 'gate.concurrency', retryAfter: 1 };
    state.handled += 1;
    return OPEN;
  }

  leave(source: string, { concurrency }: SourceAccess): void {
    if (concurrency !== null) this.#stateOf(source).handled -= 1;
  }

  #stateOf(source: string, burst = 0, at = Number.NEGATIVE_INFINITY): SourceState {
    let state = this.#states.get(source);
    if (state === undefined) {
      state = { bucket: { tokens: burst, at }, byAddress: new Map(), handled: 0 };
      this.#states.set(source, state);
    }
    return state;
  }
}

/** Takes one. 0: there was one; else the seconds until there is. */
function draw(bucket: Bucket, { perSecond, burst }: Rate, at: number): number {
  bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
  bucket.at = at;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return Math.ceil((1 - bucket.tokens) / perSecond);
}
