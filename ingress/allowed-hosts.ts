/**
 * The addresses of host names that sources let in. They are asked for in the background: no request waits for the DNS, and none makes
 * it be asked.
 *
 *   unknown ──answered──▶ known ──failed──▶ stale: the last answer counts ──a day──▶ unknown
 *      ▲ └──failed: asked again      └──answered──┘ (from stale, too)
 *      └── declared
 *
 * An answer counts for its TTL, within bounds; then the name is asked for again. Both families are asked for, and each keeps its own last
 * answer: name servers that fail for one of them alone are common. That a name has no address at all is a failure, too: a zone that was
 * emptied by mistake must not silence its senders at once.
 */

import { type AddressList, addressList } from '../resources/network.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { HostAddresses, HostVerdict } from './gate.ts';

/** The DNS, as far as it is needed here. */
export interface HostResolver {
  /** Empty: the name has none of this family. Rejects where that cannot be told. Settles in a bounded time. */
  resolve(name: string, family: Family): Promise<HostAnswer>;
}

export type Family = 4 | 6;

export interface HostAnswer {
  readonly addresses: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}

export type HostState = 'known' | 'stale' | 'unknown';

export interface AllowedHostsOptions {
  readonly resolver: HostResolver;
  readonly clock: Clock;
  readonly log: Log;
  /** A name was asked for. */
  asked(outcome: 'answered' | 'failed'): void;
}

/** Milliseconds. */
const SHORTEST_LIFE = 10_000;
const LONGEST_LIFE = 5 * 60_000;
const AGAIN_AT_FIRST = 5000;
const AGAIN_AT_MOST = 60_000;
const STALE = 24 * 3_600_000;
/** Of one name and family. */
const MOST_ADDRESSES = 256;
const MOST_AT_ONCE = 16;

interface Known {
  readonly list: AddressList;
  readonly addresses: readonly string[];
  /** Monotonic milliseconds. */
  readonly at: number;
}

interface Host {
  readonly name: string;
  readonly known: Record<Family, Known | null>;
  /** In a row. */
  failures: number;
  state: HostState;
  cancel: () => void;
}

export class AllowedHosts implements HostAddresses {
  readonly #options: AllowedHostsOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #due: Host[] = [];
  #underWay = 0;

  constructor(options: AllowedHostsOptions) {
    this.#options = options;
  }

  /** Every name that a source in force declares: new ones are asked for at once, others are forgotten. */
  use(names: Iterable<string>): void {
    const wanted = new Set(names);
    for (const [name, host] of this.#hosts) {
      if (wanted.has(name)) continue;
      host.cancel();
      this.#hosts.delete(name);
    }
    for (const name of wanted) {
      if (this.#hosts.has(name)) continue;
      const host: Host = { name, known: { 4: null, 6: null }, failures: 0, state: 'unknown', cancel: () => {} };
      this.#hosts.set(name, host);
      this.#ask(host);
    }
  }

  find(names: readonly string[], address: string): HostVerdict {
    let isUnknown = false;
    for (const name of names) {
      const host = this.#hosts.get(name);
      if (host === undefined || host.state === 'unknown') isUnknown = true;
      else if (host.known[4]?.list.has(address) === true || host.known[6]?.list.has(address) === true)
        return 'hosts.one-of-them';
    }
    return isUnknown ? 'hosts.unknown' : 'hosts.none-of-them';
  }

  /** How many names there are of each state. */
  standing(): Readonly<Record<HostState, number>> {
    const counts = { known: 0, stale: 0, unknown: 0 };
    for (const { state } of this.#hosts.values()) counts[state] += 1;
    return counts;
  }

  close(): void {
    this.use([]);
  }

  #ask(host: Host): void {
    this.#due.push(host);
    this.#next();
  }

  #next(): void {
    while (this.#underWay < MOST_AT_ONCE) {
      const host = this.#due.shift();
      if (host === undefined) return;
      if (!this.#isUsed(host)) continue;
      this.#underWay += 1;
      void this.#resolve(host).finally(() => {
        this.#underWay -= 1;
        this.#next();
      });
    }
  }

  #isUsed(host: Host): boolean {
    return this.#hosts.get(host.name) === host;
  }

  /** Never rejects. */
  async #resolve(host: Host): Promise<void> {
    const { resolver, clock } = this.#options;
    const [four, six] = await Promise.allSettled([resolver.resolve(host.name, 4), resolver.resolve(host.name, 6)]);
    if (!this.#isUsed(host)) return;
    const outcome = take(host, { 4: four, 6: six }, clock.monotonic());
    this.#settle(host, outcome);
    host.cancel = clock.after(outcome.again, () => this.#ask(host));
  }

  /** The log tells of changes alone: a name that fails for a day is one line. */
  #settle(host: Host, { why }: Outcome): void {
    const { log, asked } = this.#options;
    const { name: of } = host;
    const before = host.state;
    const addresses = [host.known[4], host.known[6]].flatMap((known) => known?.addresses ?? []);
    host.state = addresses.length === 0 ? 'unknown' : why === null ? 'known' : 'stale';
    asked(why === null ? 'answered' : 'failed');
    if (why === null && before !== 'known')
      log.info({ event: 'ingress.host-resolved', host: of, addresses }, 'a host has addresses again');
    if (why === null || (host.failures > 1 && host.state === before)) return;
    log.warn(
      { event: 'ingress.host-unresolved', host: of, why, state: host.state, addresses },
      'the addresses of a host cannot be looked up',
    );
  }
}

interface Outcome {
  /** null: all went well. */
  readonly why: string | null;
  /** Milliseconds until it is to be asked for again. */
  readonly again: number;
}

type Settled = Readonly<Record<Family, PromiseSettledResult<HostAnswer>>>;

function take(host: Host, settled: Settled, at: number): Outcome {
  const whys: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  // Where one family fails, that the other has no address does not say that the name has none.
  const isEmpty = ([4, 6] as const).every(
    (family) => settled[family].status === 'rejected' || settled[family].value.addresses.length === 0,
  );
  if (settled[4].status === 'fulfilled' && settled[6].status === 'fulfilled' && isEmpty) whys.push('it has no address');
  for (const family of [4, 6] as const) {
    const result = settled[family];
    const read = result.status === 'rejected' ? messageOf(result.reason) : listOf(result.value, at);
    if (typeof read === 'string') whys.push(read);
    else if (!isEmpty) {
      host.known[family] = read;
      if (read.addresses.length > 0 && result.status === 'fulfilled') ttl = Math.min(ttl, result.value.ttl);
    }
    const known = host.known[family];
    if (known !== null && at - known.at > STALE) host.known[family] = null;
  }
  if (whys.length === 0) {
    host.failures = 0;
    return { why: null, again: Math.min(LONGEST_LIFE, Math.max(SHORTEST_LIFE, ttl * 1000)) };
  }
  host.failures += 1;
  return { why: whys.join('; '), again: Math.min(AGAIN_AT_MOST, AGAIN_AT_FIRST * 2 ** (host.failures - 1)) };
}

/** What is wrong with the answer, where something is. */
function listOf({ addresses }: HostAnswer, at: number): Known | string {
  if (addresses.length > MOST_ADDRESSES) return `it has ${addresses.length} addresses; allowed: ${MOST_ADDRESSES}`;
  const list = addressList(addresses);
  return list === null ? `it has addresses that are none: ${addresses.join(', ')}` : { list, addresses, at };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
