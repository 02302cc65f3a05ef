/**
 * OAuth 2.0 access tokens for what a channel asks: client credentials (RFC 6749 section 4.4) or a refresh token (section 6).
 *
 * A token is kept until shortly before it expires; while a new one is fetched, everybody who needs it waits for that one request. A
 * token that the provider refuses is dropped, and the next one who asks gets a new one: how often to try again is for the caller.
 *
 * A provider may replace the refresh token with every use. The new one is sealed (sealed.ts) and kept in the channel's memory before
 * anything is done with it, so the next process goes on with it. Who declares another refresh token begins with that.
 */

import Type from 'typebox';
import { secretReference } from '../resources/secret.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { hiddenIn, withoutSecrets } from './hidden.ts';
import { at, type HttpAnswer, oneLine, requestWithin, verdict } from './http-attempt.ts';
import { httpUrl } from './http-options.ts';
import { jsonObject } from './json-object.ts';
import { NOTHING_NEWER, rotatedToken } from './oauth-rotation.ts';
import type { Outbound } from './outbound.ts';
import type { Outcome } from './outcome.ts';
import type { SenderMemory } from './sender.ts';

export const oauthOptions = Type.Object(
  {
    tokenUrl: httpUrl,
    clientId: Type.String({ minLength: 1 }),
    clientSecret: secretReference,
    refreshToken: Type.Optional(secretReference),
    scope: Type.Optional(Type.String({ minLength: 1 })),
    audience: Type.Optional(Type.String({ minLength: 1 })),
    clientAuthentication: Type.Optional(
      Type.Enum(['basic', 'body'], {
        description: 'where the client shows its secret: basic or body',
        default: 'basic',
      }),
    ),
  },
  { additionalProperties: false },
);

/** As declared, with the references to secrets resolved. */
export interface OAuthOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  readonly audience?: string;
  readonly clientAuthentication?: 'basic' | 'body';
}

export type TokenResult =
  | { readonly ok: true; readonly token: string }
  /** Never delivered. What the provider said is in the detail, no secret is. */
  | { readonly ok: false; readonly outcome: Outcome };

export interface TokenSource {
  /** Never rejects. `signal` ends the waiting of this caller alone. */
  get(signal: AbortSignal): Promise<TokenResult>;
  /** The provider answered 401 to it. */
  refused(token: string): void;
}

export interface OAuthPorts {
  readonly http: Outbound;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  readonly memory?: SenderMemory;
  readonly log?: Log;
}

/** A token is renewed this long before it expires, or when a tenth of its time is left, if that is shorter. Milliseconds. */
const BEFORE_EXPIRY = 60_000;

interface Token {
  readonly token: string;
  /** By the monotonic clock; null: the provider did not say, so it is good until it is refused. */
  readonly renewAt: number | null;
}

type Fetched = { readonly ok: true; readonly token: Token } | (TokenResult & { readonly ok: false });

export function createTokenSource(options: OAuthOptions, ports: OAuthPorts): TokenSource {
  const { http, clock, timeout } = ports;
  let refreshToken = options.refreshToken ?? null;
  const rotated = rotatedToken(options, ports);
  let kept: Token | null = null;
  let underWay: Promise<Fetched> | null = null;
  // Nobody's own signal: the one who asked first may go, the others still need the answer.
  const never = new AbortController().signal;

  async function fetchToken(): Promise<Fetched> {
    const began = clock.monotonic();
    const newer = (await rotated?.read()) ?? NOTHING_NEWER;
    if (!newer.ok) return failed({ kind: 'retry', detail: newer.message, notBefore: null }, options);
    refreshToken = newer.token ?? refreshToken;
    const hide = withoutSecrets([options.clientSecret, options.refreshToken ?? '', refreshToken ?? '']);
    const bounds = { clock, timeout, signal: never };
    const result = hiddenIn(await requestWithin(http, tokenRequest(options, refreshToken), bounds), hide);
    if (result.kind !== 'answer' || result.status < 200 || result.status > 299) {
      const said = result.kind === 'answer' ? refusal(result) : null;
      const outcome = verdict(result, clock.now());
      // A client or a token that is not known comes as 400 (RFC 6749 section 5.2).
      const known = outcome.kind === 'rejected' && said !== null ? { failure: at(result, 'credentials') } : {};
      return failed(said === null ? outcome : { ...outcome, detail: said, ...known }, options);
    }
    const read = readToken(result.text, began);
    if (!read.ok) return failed({ kind: 'rejected', detail: read.message, failure: at(result, 'unreadable') }, options);
    if (read.refreshToken !== null && refreshToken !== null && read.refreshToken !== refreshToken) {
      refreshToken = read.refreshToken;
      await rotated?.write(refreshToken);
    }
    kept = read.token;
    return { ok: true, token: read.token };
  }

  async function get(signal: AbortSignal): Promise<TokenResult> {
    if (kept !== null && (kept.renewAt === null || clock.monotonic() < kept.renewAt))
      return { ok: true, token: kept.token };
    underWay ??= fetchToken().finally(() => {
      underWay = null;
    });
    const fetched = await orAborted(underWay, signal);
    if (fetched === null) {
      return {
        ok: false,
        outcome: { kind: 'retry', detail: 'broken off before a token came', notBefore: null, failure: null },
      };
    }
    return fetched.ok ? { ok: true, token: fetched.token.token } : fetched;
  }

  return {
    get,
    refused(token) {
      // One that came meanwhile stays.
      if (kept?.token === token) kept = null;
    },
  };
}

function tokenRequest(options: OAuthOptions, refreshToken: string | null) {
  const { tokenUrl, clientId, clientSecret, scope, audience } = options;
  const inBody = options.clientAuthentication === 'body';
  const form = new URLSearchParams({
    grant_type: refreshToken === null ? 'client_credentials' : 'refresh_token',
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
    ...(inBody ? { client_id: clientId, client_secret: clientSecret } : {}),
  });
  const headers: Record<string, string> = {
    'user-agent': 'Herald',
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  };
  // Section 2.3.1: both are form-encoded before they are joined.
  if (!inBody) headers.authorization = basicHeader(formEncoded(clientId), formEncoded(clientSecret));
  return { method: 'POST', url: new URL(tokenUrl), headers, body: form.toString(), maxAnswer: 64 * 1024 } as const;
}

export function basicHeader(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2);
}

/** Section 5.2: an error by its name. null: the answer names none. */
function refusal(answer: HttpAnswer): string | null {
  const body = jsonObject(answer.text);
  const error = body?.error;
  if (typeof error !== 'string' || error === '') return null;
  const description = typeof body?.error_description === 'string' ? `: ${body.error_description}` : '';
  return oneLine(`HTTP ${answer.status} ${error}${description}`);
}

type ReadToken =
  | { readonly ok: true; readonly token: Token; readonly refreshToken: string | null }
  | { readonly ok: false; readonly message: string };

/** Section 5.1. The answer itself is never quoted: it is a secret. */
function readToken(text: string, began: number): ReadToken {
  const body = jsonObject(text);
  if (body === null) return { ok: false, message: 'the answer is no JSON object' };
  const { access_token: token, token_type: type, expires_in: seconds, refresh_token: refreshToken } = body;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    return { ok: false, message: 'the answer holds no access_token that a header could carry' };
  }
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
    return { ok: false, message: `the token is of type ${oneLine(type)}; allowed: bearer` };
  }
  const life = Number(seconds) * 1000;
  const renewAt = life > 0 ? began + life - Math.min(BEFORE_EXPIRY, life / 10) : null;
  return { ok: true, token: { token, renewAt }, refreshToken: typeof refreshToken === 'string' ? refreshToken : null };
}

function failed(outcome: Outcome, { tokenUrl }: OAuthOptions): TokenResult & { readonly ok: false } {
  return { ok: false, outcome: { ...outcome, detail: `no token from ${new URL(tokenUrl).host}: ${outcome.detail}` } };
}

/** null: the signal fired first. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const abort = () => resolve(null);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
