/**
 * HTTP requests that leave Herald: the only file that knows undici. Every sender has a connection pool of its own, so that a
 * slow receiver holds up no other channel, and every connection goes through the address guard.
 *
 * The guard sits where the connection is made: a name is resolved once, all of its addresses are checked, and exactly those
 * are connected to. A check before the request would leave room for another answer of the DNS (rebinding); a guarded `lookup`
 * alone is never asked about URLs that hold an address.
 */

import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { refusedClass } from './address-guard.ts';
import { type FailureType, failureOfError } from './failure.ts';
import { AddressRefused, guardedLookup, type Lookup } from './guarded-lookup.ts';
import { orAborted } from './or-aborted.ts';
import type { ProxyOptions } from './proxy-tunnel.ts';
import { tunnelledConnector } from './tunnelled-connector.ts';

export interface OutboundOptions {
  readonly allowPrivateAddresses: boolean;
  /** PEM. Only certificates that these authorities signed are trusted; null: the public authorities. */
  readonly ca: string | null;
  /** What this side shows of itself where a provider asks for it (mutual TLS). */
  readonly identity?: ClientIdentity | null;
  /** The way out; null or left out: straight. */
  readonly proxy?: ProxyOptions | null;
  /** Milliseconds. A bound for connections that nobody waits for any more. */
  readonly connectTimeout: number;
  /** For tests: the DNS, and the rule that an address must pass (null: it may be reached). */
  readonly lookup?: Lookup;
  readonly refuse?: (address: string) => string | null;
}

/** PEM. */
export interface ClientIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** How much of the answer's body is read, in bytes; left out: 4 KB, enough to say what went wrong. */
  readonly maxAnswer?: number;
  /** The deadline of the whole exchange, and whatever else ends it. */
  readonly signal: AbortSignal;
}

/** `host`: what was asked, for whoever tells failures apart. */
export type OutboundResult = { readonly host?: string } & (
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly location: string | null;
      readonly retryAfter: string | null;
      /** Of a header that came several times, the first. Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      /** The body up to `maxAnswer`, or what came of it before it broke off. */
      readonly text: string;
      /** Whether `text` is all of it. */
      readonly complete: boolean;
    }
  /** The address guard. */
  | { readonly kind: 'refused'; readonly error: AddressRefused }
  /** No status line came: DNS, connection, TLS, reset, broken protocol. `written`: the provider may have the request. */
  | {
      readonly kind: 'failed';
      readonly failure: FailureType;
      readonly detail: string;
      readonly written: boolean;
    }
  /** The request's signal fired before a status line came. */
  | { readonly kind: 'aborted'; readonly reason: unknown; readonly written: boolean }
);

export interface Outbound {
  /** Never rejects. Redirects are answers like any other: nothing is followed. */
  request(request: OutboundRequest): Promise<OutboundResult>;
  /** Ends at once; requests under way come back as failed. */
  close(): Promise<void>;
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
  const dispatcher = agent.compose(noteWriting);
  return {
    request: (request) => exchange(dispatcher, request),
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

async function exchange(dispatcher: Dispatcher, request: OutboundRequest): Promise<OutboundResult> {
  const { url, signal } = request;
  const progress: Progress = { written: false };
  try {
    // undici looks at the signal only once a connection stands, so a name or a connection that hangs needs this race.
    const response = await orAborted(
      dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal,
        opaque: progress,
      }),
      signal,
    );
    const { headers } = response;
    return {
      kind: 'answer',
      status: response.statusCode,
      location: firstOf(headers.location),
      retryAfter: firstOf(headers['retry-after']),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, firstOf(value) ?? ''])),
      ...(await readBody(response.body, request.maxAnswer ?? EXCERPT_BYTES)),
    };
  } catch (error) {
    if (signal.aborted) return { kind: 'aborted', reason: signal.reason, ...progress };
    if (error instanceof AddressRefused) return { kind: 'refused', error };
    return { kind: 'failed', failure: failureOfError(error), detail: describe(error), ...progress };
  }
}

interface Progress {
  written: boolean;
}

/** Notes when a request begins to be written to a connection: before that, the provider cannot have it. */
function noteWriting(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) => {
    const { opaque } = options as { readonly opaque?: Progress };
    const start = handler.onRequestStart;
    // The handler is of this request alone. A second object in front of it would part its state in two.
    handler.onRequestStart = (controller, context) => {
      if (opaque !== undefined) opaque.written = true;
      start?.call(handler, controller, context);
    };
    return dispatch(options, handler);
  };
}

/** The status decides; a body that breaks off or never ends only makes the text shorter. */
async function readBody(body: Dispatcher.ResponseData['body'], most: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let complete = true;
  body.on('error', () => {});
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      complete = size <= most;
      // Leaving the loop destroys the body, and with it a connection that still has more to send.
      if (!complete) break;
    }
  } catch {
    // What came until then is the text.
    complete = false;
  }
  return { text: Buffer.concat(chunks).subarray(0, most).toString('utf8'), complete };
}

function guardedConnector(options: OutboundOptions, closing: AbortSignal): buildConnector.connector {
  const refuse = options.refuse ?? (options.allowPrivateAddresses ? () => null : refusedClass);
  const lookup = options.lookup ?? systemLookup;
  const timeout = options.connectTimeout;
  const connect = buildConnector({
    allowH2: false,
    timeout,
    lookup: guardedLookup(lookup, refuse),
    signal: closing,
    ...(options.ca === null ? {} : { ca: options.ca }),
    ...(options.identity ?? {}),
  });
  const { proxy } = options;
  if (proxy !== undefined && proxy !== null) {
    return tunnelledConnector(connect, proxy, { lookup, refuse, signal: closing, timeout });
  }
  return (target, callback) => {
    const refused = isIP(target.hostname) === 0 ? null : refuse(target.hostname);
    if (refused === null) connect(target, callback);
    else callback(new AddressRefused(target.hostname, target.hostname, refused), null);
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
