/** Where a request comes from. */

import { isIP } from 'node:net';
import { type AddressList, checkedNetworks } from '../resources/network.ts';

interface Connection {
  getRemoteAddressAsText(): ArrayBuffer;
}

const MAPPED = /^(?:0{1,4}:){5}ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i;
const MAPPED_DOTTED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Of the connection itself. */
export function addressOf(connection: Connection): string {
  return plain(Buffer.from(connection.getRemoteAddressAsText()).toString('latin1'));
}

/** An IPv4 address as such, also where it is written in IPv6. */
export function plain(text: string): string {
  if (!text.includes(':')) return text;
  const dotted = MAPPED_DOTTED.exec(text)?.[1];
  if (dotted !== undefined) return dotted;
  const mapped = MAPPED.exec(text);
  if (mapped === null) return text;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * Whose share an address counts for: of IPv6 that of its /64, since a single host has all addresses of one (RFC 7934), and could be another
 * stranger with each request.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0);
  const groups = [...first, ...zeros, ...last].slice(0, 4);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/**
 * Proxies whose word on the client's address is taken (X-Forwarded-For). The header is read from its end: what stands there was written
 * by the proxy that connected; what stands before it, by whoever came before, and only if that is one of the trusted, too.
 */
export class TrustedProxies {
  readonly #list: AddressList | null;

  /** Whether there are any. */
  readonly areThere: boolean;

  constructor(networks: readonly string[] = []) {
    this.areThere = networks.length > 0;
    this.#list = this.areThere ? checkedNetworks(networks) : null;
  }

  has(address: string): boolean {
    return this.#list?.has(address) === true;
  }

  client(connected: string, header: (name: string) => string): string {
    if (this.#list === null || !this.has(connected)) return connected;
    const hops = header('x-forwarded-for').split(',').map(hopOf).reverse();
    let client = connected;
    for (const hop of hops) {
      if (hop === null) return client;
      client = hop;
      if (!this.#list.has(hop)) return client;
    }
    return client;
  }
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`; null: anything else. */
function hopOf(text: string): string | null {
  const hop = text.trim();
  const inner = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
  return isIP(inner) === 0 ? null : plain(inner);
}
