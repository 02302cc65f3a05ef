/** Connections to providers by way of a proxy. The address guard holds here, too, unless the proxy is to resolve names. */

import { isIP } from 'node:net';
import type { buildConnector } from 'undici';
import { AddressRefused, guardedLookup, type Lookup } from './guarded-lookup.ts';
import { openTunnel, type ProxyOptions } from './proxy-tunnel.ts';

export interface TunnelParts {
  readonly lookup: Lookup;
  /** The class for which an address must not be reached, or null. */
  refuse(address: string): string | null;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
}

/** `connect`: of undici, which makes the connection within the tunnel a verified one. */
export function tunnelledConnector(
  connect: buildConnector.connector,
  proxy: ProxyOptions,
  parts: TunnelParts,
): buildConnector.connector {
  const { lookup, refuse, signal, timeout } = parts;
  const refuseProxy = proxy.allowPrivateAddress ? () => null : refuse;
  const bounds = { lookup: guardedLookup(lookup, refuseProxy), signal, timeout };
  const open = async (hostname: string, port: number) => {
    const host = bare(proxy.url.hostname);
    refuseLiteral(host, refuseProxy);
    const name = bare(hostname);
    refuseLiteral(name, refuse);
    const address = isIP(name) !== 0 || proxy.resolvesNames ? name : await firstAddress(name, lookup, refuse);
    return openTunnel(proxy, address, port, bounds);
  };
  return (target, callback) => {
    const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
    open(target.hostname, port).then(
      // Within the tunnel to plain HTTP there is nothing more to agree on.
      (socket) =>
        target.protocol === 'https:' ? connect({ ...target, httpSocket: socket }, callback) : callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

function refuseLiteral(host: string, refuse: (address: string) => string | null): void {
  const refused = isIP(host) === 0 ? null : refuse(host);
  if (refused !== null) throw new AddressRefused(host, host, refused);
}

function firstAddress(name: string, lookup: Lookup, refuse: (address: string) => string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    guardedLookup(lookup, refuse)(name, {}, (error, address) => {
      if (error === null && typeof address === 'string') resolve(address);
      else reject(error ?? new Error(`${name} has no address`));
    });
  });
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
