/** The DNS by c-ares: it has TTLs, and it works beside Node's threads, which inflate bodies and read files meanwhile. */

import { Resolver } from 'node:dns/promises';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Family, HostAnswer, HostResolver } from './allowed-hosts.ts';

/** Milliseconds, at the first try; each further one waits longer. */
const PATIENCE = 2000;
const TRIES = 3;
/** The name exists without an address of this family, or does not exist. */
const NONE: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);

/** `servers`: `192.0.2.53`, `192.0.2.53:5353` or `[2001:db8::53]:5353`; empty: the system's. */
export function hostResolver(servers: readonly string[]): HostResolver & { close(): void } {
  const resolver = new Resolver({ timeout: PATIENCE, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    async resolve(name: string, family: Family): Promise<HostAnswer> {
      try {
        const records = await (family === 4
          ? resolver.resolve4(name, { ttl: true })
          : resolver.resolve6(name, { ttl: true }));
        return { addresses: records.map(({ address }) => address), ttl: Math.min(...records.map(({ ttl }) => ttl)) };
      } catch (error) {
        if (NONE.has((error as NodeJS.ErrnoException).code)) return { addresses: [], ttl: 0 };
        throw error;
      }
    },
    close: () => resolver.cancel(),
  };
}

/** Several with commas between them; null: one of them is no address, with a port or without. */
export function dnsServersIn(text: string): readonly string[] | null {
  const servers = text.split(',').map((server) => server.trim());
  return servers.every(isServer) ? servers : null;
}

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, six = '', four = '', port = '53'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return (isIPv6(six) || isIPv4(four)) && Number(port) >= 1 && Number(port) <= 65_535;
}
