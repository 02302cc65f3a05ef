/**
 * Calls to a provider's JSON API: with who we are, within a deadline, and with an answer that is either data or the outcome of the
 * attempt. A 401 to an OAuth token is answered by one renewal and one more try: nothing was done by the refused request.
 */

import type { Clock } from '../telemetry/clock.ts';
import { hiddenIn, withoutSecrets } from './hidden.ts';
import { at, describeAnswer, type HttpAnswer, type Lost, oneLine, requestWithin, verdict } from './http-attempt.ts';
import { basicHeader, type TokenSource } from './oauth.ts';
import type { Outbound } from './outbound.ts';
import type { Outcome } from './outcome.ts';
import type { Probe } from './sender.ts';

export type Authorization =
  | { readonly kind: 'basic'; readonly user: string; readonly secret: string }
  | { readonly kind: 'bearer'; readonly secret: string }
  | { readonly kind: 'oauth'; readonly tokens: TokenSource };

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: URL;
  /** Sent as JSON; a string as a form. Left out: no body. */
  readonly body?: unknown;
  /** What a lost answer means; `retry` where the request changes nothing or is known again. */
  readonly lost?: Lost;
}

export type ApiAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  /** `status`: null when no answer came. The outcome is never `delivered`. */
  | { readonly ok: false; readonly status: number | null; readonly outcome: Outcome; readonly body: unknown };

export type ApiFailure = ApiAnswer & { readonly ok: false };

export interface Api {
  call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer>;
}

export interface ApiPorts {
  readonly http: Outbound;
  readonly clock: Clock;
  /** Milliseconds, for each call. */
  readonly timeout: number;
  readonly authorization: Authorization;
  /** What the provider says in the body of an error; null: nothing that is known. */
  readonly explain: (body: unknown) => string | null;
}

/** An issue with all of its comments may be long; more than this no call here asks for. */
const MAX_ANSWER = 2 * 1024 * 1024;

export function createApi(ports: ApiPorts): Api {
  const { authorization } = ports;
  return {
    async call(call, signal) {
      if (authorization.kind !== 'oauth')
        return attempt(ports, call, headerOf(authorization), authorization.secret, signal);
      const first = await withToken(ports, authorization.tokens, call, signal);
      return first.status === 401 ? withToken(ports, authorization.tokens, call, signal) : first;
    },
  };
}

async function withToken(ports: ApiPorts, tokens: TokenSource, call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
  const given = await tokens.get(signal);
  if (!given.ok) return { ok: false, status: null, outcome: given.outcome, body: null };
  const answer = await attempt(ports, call, `Bearer ${given.token}`, given.token, signal);
  if (answer.status === 401) tokens.refused(given.token);
  return answer;
}

function headerOf(authorization: Exclude<Authorization, { kind: 'oauth' }>): string {
  return authorization.kind === 'basic'
    ? basicHeader(authorization.user, authorization.secret)
    : `Bearer ${authorization.secret}`;
}

async function attempt(
  { http, clock, timeout, explain }: ApiPorts,
  { method, url, body, lost = 'retry' }: ApiCall,
  authorization: string,
  secret: string,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const request = { method, url, headers: headersOf(authorization, body), body: bytesOf(body), maxAnswer: MAX_ANSWER };
  const asked = await requestWithin(http, request, { clock, timeout, signal });
  const result = hiddenIn(asked, withoutSecrets([secret]));
  if (result.kind !== 'answer')
    return { ok: false, status: null, outcome: verdict(result, clock.now(), lost), body: null };
  const { status } = result;
  const parsed = parse(result);
  if (status >= 200 && status < 300) {
    if (parsed.ok) return { ok: true, status, body: parsed.body };
    // A gateway's page, or half an answer: what was asked for may have been done.
    const detail = `HTTP ${status}, but ${parsed.message}`;
    const failure = at(result, 'unreadable');
    const outcome: Outcome =
      lost === 'retry' ? { kind: lost, detail, notBefore: null, failure } : { kind: lost, detail, failure };
    return { ok: false, status, outcome, body: null };
  }
  const said = parsed.ok ? explain(parsed.body) : null;
  const outcome = verdict(result, clock.now(), lost);
  const detail = said === null ? describeAnswer(result) : `HTTP ${status}: ${oneLine(said)}`;
  return { ok: false, status, outcome: { ...outcome, detail }, body: parsed.ok ? parsed.body : null };
}

function headersOf(authorization: string, body: unknown): Record<string, string> {
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    'user-agent': 'Herald',
    accept: 'application/json',
    authorization,
    ...(body === undefined ? {} : { 'content-type': type }),
  };
}

function bytesOf(body: unknown): string | null {
  if (body === undefined) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function parse({ status, text, complete }: HttpAnswer): { ok: true; body: unknown } | { ok: false; message: string } {
  if (status === 204 || text === '') return { ok: true, body: null };
  if (!complete) return { ok: false, message: 'its body broke off or is too long' };
  try {
    return { ok: true, body: JSON.parse(text) };
  } catch {
    return { ok: false, message: 'its body is no JSON' };
  }
}

/** For data of a provider: a field of an object, or undefined. */
export function fieldOf(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[name] : undefined),
    value,
  );
}

export function textOf(value: unknown, ...path: readonly (string | number)[]): string {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A provider that cannot be reached, or does not know us, is failed; one that asks for patience is degraded. */
export function probeOfFailure({ status, outcome }: ApiFailure): Probe {
  const passing = status === 429 || status === 503;
  return { kind: passing ? 'degraded' : 'failed', detail: outcome.detail };
}
