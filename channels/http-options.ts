/** What operators may declare of every channel that speaks HTTP, and the connection that follows from it. */

import Type from 'typebox';
import { parseDuration } from '../resources/duration.ts';
import { type ClientIdentity, createOutbound, type Outbound } from './outbound.ts';
import { type DeclaredProxy, proxyOf, proxyOptions } from './proxy-options.ts';
import type { ProxyOptions } from './proxy-tunnel.ts';
import { InvalidChannelOptions } from './sender.ts';
import { identityOf, readCertificate, tlsFiles } from './tls-files.ts';

/** No credentials in the address: secrets never stand in resources. */
const URL_PATTERN = '^https?://[^\\s/?#@]+([/?#]\\S*)?$';

export const httpUrl = Type.Refine(
  Type.String({ pattern: URL_PATTERN, description: 'http or https; credentials belong into headers' }),
  (url) => URL.canParse(url),
  () => 'must be an http or https URL without credentials',
);

/** To be spread into the options of a type. */
export const httpOptions = {
  timeout: Type.Optional(
    Type.String({ default: '15s', description: 'for the whole exchange: connection, headers and body' }),
  ),
  allowPrivateAddresses: Type.Optional(Type.Boolean({ default: false })),
  tls: Type.Optional(tlsFiles),
  proxy: Type.Optional(proxyOptions),
};

export interface HttpOptions {
  readonly timeout?: string;
  readonly allowPrivateAddresses?: boolean;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly proxy?: DeclaredProxy;
}

export interface HttpSettings {
  /** Milliseconds. */
  readonly timeout: number;
  readonly allowPrivateAddresses: boolean;
  /** PEM, or null for the public authorities. */
  readonly ca: string | null;
  readonly identity: ClientIdentity | null;
  readonly proxy: ProxyOptions | null;
}

const DEFAULT_TIMEOUT = 15_000;
const LONGEST_TIMEOUT = 5 * 60_000;

export function httpSettings(options: HttpOptions): HttpSettings {
  return {
    timeout: options.timeout === undefined ? DEFAULT_TIMEOUT : timeoutOf(options.timeout),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    ca: options.tls?.caFile === undefined ? null : readCertificate(options.tls.caFile, 'tls.caFile'),
    identity: identityOf(options.tls ?? {}),
    proxy: options.proxy === undefined ? null : proxyOf(options.proxy),
  };
}

/** `context`: may bring connections of its own, such as one that only records. */
export function outboundFor(settings: HttpSettings, context: { readonly http?: Outbound } = {}): Outbound {
  if (context.http !== undefined) return context.http;
  const { allowPrivateAddresses, ca, identity, proxy, timeout } = settings;
  return createOutbound({ allowPrivateAddresses, ca, identity, proxy, connectTimeout: timeout });
}

/** An empty secret would be no secret; one with a line break would be two. `at`: its place in the spec. */
export function tokenOf(secret: string, at: string): string {
  const token = secret.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidChannelOptions(at, 'the secret is empty or holds characters that no token has');
}

/** The address stands in a secret where knowing it is enough to post there. */
export function secretUrlOf(secret: string, at: string): URL {
  const text = secret.trim();
  if (new RegExp(URL_PATTERN).test(text) && URL.canParse(text)) return new URL(text);
  throw new InvalidChannelOptions(at, 'the secret is no http or https URL');
}

function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== null && timeout > 0 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw new InvalidChannelOptions('timeout', `"${text}" is no duration between 1ms and 5m, such as 15s`);
}
