/**
 * HTTP requests that leave Herald: the only file that knows undici. Every sender has a connection pool of its own, so that a
 * slow receiver holds up no other channel, and every connection goes through the address guard.
 *
 * The guard sits where the connection is made: a name is resolved once, all of its addresses are checked, and exactly those
 * are connected to. A check before the request would leave room for another answer of the DNS (rebinding); a guarded `lookup`
 * alone is never asked about URLs that hold an address.
 */

import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { refusedClass } from './address-guard.ts';

export interface OutboundOptions {
  readonly allowPrivateAddresses: boolean;
  /** PEM. Only certificates that these authorities signed are trusted; null: the public authorities. */
  readonly ca: string | null;
  /** Milliseconds. A bound for connections that nobody waits for any more. */
  readonly connectTimeout: number;
  /** For tests: the DNS, and the rule that an address must pass (null: it may be reached). */
  readonly lookup?: Lookup;
  readonly refuse?: (address: string) => string | null;
}

export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly { address: string; family: number }[]) => void,
) => void;

export interface OutboundRequest {
  readonly method: 'POST' | 'PUT' | 'GET';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The deadline of the whole exchange, and whatever else ends it. */
  readonly signal: AbortSignal;
}

export type OutboundResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly location: string | null;
      readonly retryAfter: string | null;
      /** The first 4 KB of the body, or what came of it before it broke off. */
      readonly excerpt: string;
    }
  /** The address guard. */
  | { readonly kind: 'refused'; readonly error: AddressRefused }
  /** No status line came: DNS, connection, TLS, reset, broken protocol. */
  | { readonly kind: 'failed'; readonly detail: string }
  /** The request's signal fired before a status line came. */
  | { readonly kind: 'aborted'; readonly reason: unknown };

export interface Outbound {
  /** Never rejects. Redirects are answers like any other: nothing is followed. */
  request(request: OutboundRequest): Promise<OutboundResult>;
  /** Ends at once; requests under way come back as failed. */
  close(): Promise<void>;
}

export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  readonly hostname: string;
  readonly address: string;
  /** loopback, private, ... */
  readonly addressClass: string;

  constructor(hostname: string, address: string, addressClass: string) {
    super(`${hostname === address ? address : `${hostname} (${address})`} is a ${addressClass} address`);
    this.name = 'AddressRefused';
    this.hostname = hostname;
    this.address = address;
    this.addressClass = addressClass;
  }
}

const EXCERPT_BYTES = 4096;

export function createOutbound(options: OutboundOptions): Outbound {
  const closing = new AbortController();
  const agent = new Agent({
    connect: guardedConnector(options, closing.signal),
    // The caller's signal bounds the whole exchange; undici's own timers would only be a second, vaguer one.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    request: (request) => exchange(agent, request),
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

async function exchange(agent: Agent, request: OutboundRequest): Promise<OutboundResult> {
  const { url, signal } = request;
  try {
    const response = await orAborted(
      agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal,
      }),
      signal,
    );
    return {
      kind: 'answer',
      status: response.statusCode,
      location: firstOf(response.headers.location),
      retryAfter: firstOf(response.headers['retry-after']),
      excerpt: await readExcerpt(response.body),
    };
  } catch (error) {
    if (signal.aborted) return { kind: 'aborted', reason: signal.reason };
    if (error instanceof AddressRefused) return { kind: 'refused', error };
    return { kind: 'failed', detail: describe(error) };
  }
}

/** undici looks at the signal only once a connection stands, so a name or a connection that hangs needs this race. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The status decides; a body that breaks off or never ends only makes the excerpt shorter. */
async function readExcerpt(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  body.on('error', () => {});
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      // Leaving the loop destroys the body, and with it a connection that still has more to send.
      if (size >= EXCERPT_BYTES) break;
    }
  } catch {
    // What came until then is the excerpt.
  }
  return Buffer.concat(chunks).subarray(0, EXCERPT_BYTES).toString('utf8');
}

function guardedConnector(options: OutboundOptions, closing: AbortSignal): buildConnector.connector {
  const refuse = options.refuse ?? (options.allowPrivateAddresses ? () => null : refusedClass);
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectTimeout,
    lookup: guardedLookup(options.lookup ?? systemLookup, refuse),
    signal: closing,
    ...(options.ca === null ? {} : { ca: options.ca }),
  });
  return (target, callback) => {
    const refused = isIP(target.hostname) === 0 ? null : refuse(target.hostname);
    if (refused === null) connect(target, callback);
    else callback(new AddressRefused(target.hostname, target.hostname, refused), null);
  };
}

function guardedLookup(lookup: Lookup, refuse: (address: string) => string | null): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      for (const { address } of addresses) {
        const refused = refuse(address);
        // One bad address refuses the name: which of them gets connected to is not for its owner to choose.
        if (refused !== null) return callback(new AddressRefused(hostname, address, refused), []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function firstOf(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of several addresses that were tried, each has its error.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
}
