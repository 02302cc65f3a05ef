/**
 * A connection through an HTTP proxy, by CONNECT (RFC 9110, 9.3.6): the proxy sees the address and the port, and nothing of what is
 * said. Who made the tunnel still verifies the certificate of the other end.
 */

import { request } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { isIP } from 'node:net';

export interface ProxyOptions {
  /** `http://proxy.example:3128`; without a path. */
  readonly url: URL;
  /** `user:password` for Basic authentication; null: none. */
  readonly credentials: string | null;
  /** The proxy itself stands at a private address, as most do. */
  readonly allowPrivateAddress: boolean;
  /** The proxy resolves names. Otherwise Herald does, checks the address, and asks for exactly that one. */
  readonly resolvesNames: boolean;
}

export class TunnelRefused extends Error {
  readonly code = 'PROXY_REFUSED';
  readonly status: number;

  constructor(proxy: string, target: string, status: number) {
    const hint = status === 407 ? ': it wants credentials, or others' : '';
    super(`the proxy ${proxy} made no connection to ${target}: HTTP ${status}${hint}`);
    this.name = 'TunnelRefused';
    this.status = status;
  }
}

export interface TunnelBounds {
  /** Of the proxy's own name. */
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
}

/** `host`: an address, or a name where the proxy resolves them. Rejects with TunnelRefused, or why no connection came. */
export function openTunnel(proxy: ProxyOptions, host: string, port: number, bounds: TunnelBounds): Promise<Socket> {
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const { url, credentials } = proxy;
  return new Promise((resolve, reject) => {
    const asking = request({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 80 : Number(url.port),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...authorization(credentials) },
      lookup: bounds.lookup,
      signal: bounds.signal,
      timeout: bounds.timeout,
      agent: false,
    });
    asking.once('connect', (answer, socket: Socket) => {
      // The bound was for the proxy's answer; an idle tunnel may be kept.
      socket.setTimeout(0);
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new TunnelRefused(url.host, target, answer.statusCode ?? 0));
    });
    // A proxy that answers as if it was asked for a page.
    asking.once('response', (answer) => {
      answer.destroy();
      reject(new TunnelRefused(url.host, target, answer.statusCode ?? 0));
    });
    asking.once('timeout', () => asking.destroy(new Error(`the proxy ${url.host} did not answer`)));
    asking.once('error', reject);
    asking.end();
  });
}

function authorization(credentials: string | null): Readonly<Record<string, string>> {
  if (credentials === null) return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}` };
}
