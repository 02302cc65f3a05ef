/**
 * JSON Web Tokens of a source (RFC 7519): checked against the keys that its issuer publishes (RFC 7517), with issuer, audience and
 * algorithms pinned. The keys are fetched over HTTPS and kept; a token by an unknown key has them fetched again, at most every half
 * minute, so that keys can rotate and a flood of nonsense reaches nobody. Only this file knows jose.
 */

import { hash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { createOutbound, type Outbound, type OutboundResult } from '../channels/outbound.ts';
import type { JwtAuth } from '../resources/source-auth.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuthVerdict } from './authenticate.ts';

/** Milliseconds. */
const FRESH = 10 * 60_000;
const FETCH_AGAIN_AFTER = 30_000;
const FETCH_PATIENCE = 5000;
/** Keys that cannot be fetched again are good for so long: an issuer that is down must not silence its senders at once. */
const STALE = 24 * 3_600_000;
const MOST_JWKS_BYTES = 256 * 1024;
const MOST_TOKENS = 1000;
/** Of clocks. Seconds. */
const SKEW = 30;
const LONGEST_TOKEN = 16 * 1024;

interface Keys {
  readonly outbound: Outbound;
  set: ReturnType<typeof createLocalJWKSet> | null;
  kids: ReadonlySet<string>;
  /** Monotonic, as all times here. */
  fetchedAt: number;
  triedAt: number;
  fetching: Promise<void> | null;
  /** Tokens that were right, by their digest. */
  readonly tokens: Map<string, Known>;
}

interface Known {
  /** Unix time in milliseconds. */
  readonly until: number;
  readonly read: TokenRead & { readonly code: 'auth.accepted' };
}

export type TokenRead =
  | { readonly code: 'auth.accepted'; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly code: 'auth.wrong' | 'auth.expired' | 'auth.keys-unavailable' };

export class TokenVerifier {
  /** By what the source declares, so that a reload that changes something else keeps the keys. */
  readonly #known = new Map<string, Keys>();
  #byAuth = new WeakMap<JwtAuth, Keys>();
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Never rejects. Answers at once for a token that was right before. */
  verify(auth: JwtAuth, token: string, now: number): AuthVerdict | Promise<AuthVerdict> {
    return this.read(auth, token, now);
  }

  /** The same, with what a token that is right claims. */
  read(auth: JwtAuth, token: string, now: number): TokenRead | Promise<TokenRead> {
    if (token.length > LONGEST_TOKEN) return { code: 'auth.wrong' };
    const keys = this.#keysOf(auth);
    const digest = hash('sha256', token, 'base64url');
    const known = keys.tokens.get(digest);
    if (known !== undefined && now < known.until && this.#clock.monotonic() - keys.fetchedAt < FRESH) return known.read;
    return this.#check(auth, keys, token, digest, now);
  }

  /** From now on these are declared: keys of others, what they signed and connections to their issuers are let go. */
  async keepOnly(declared: Iterable<JwtAuth>): Promise<void> {
    const names = new Set(Array.from(declared, nameOf));
    const others = [...this.#known].filter(([name]) => !names.has(name));
    for (const [name] of others) this.#known.delete(name);
    this.#byAuth = new WeakMap();
    await Promise.all(others.map(([, { outbound }]) => outbound.close()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map(({ outbound }) => outbound.close()));
    this.#known.clear();
  }

  #keysOf(auth: JwtAuth): Keys {
    const before = this.#byAuth.get(auth);
    if (before !== undefined) return before;
    const name = nameOf(auth);
    const keys = this.#known.get(name) ?? noKeys(auth);
    this.#known.set(name, keys);
    this.#byAuth.set(auth, keys);
    return keys;
  }

  async #check(auth: JwtAuth, keys: Keys, token: string, digest: string, now: number): Promise<TokenRead> {
    const kid = kidOf(token);
    if (kid === null) return { code: 'auth.wrong' };
    await this.#refresh(auth, keys, kid);
    if (keys.set === null || this.#clock.monotonic() - keys.fetchedAt > STALE) return { code: 'auth.keys-unavailable' };
    try {
      const { issuer, audience, algorithms } = auth;
      const { payload } = await jwtVerify(token, keys.set, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: SKEW,
        currentDate: new Date(now),
        requiredClaims: ['exp'],
      });
      const read = { code: 'auth.accepted' as const, claims: payload };
      remember(keys.tokens, digest, { until: (payload.exp ?? 0) * 1000, read });
      return read;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { code: 'auth.expired' };
      const isEarly = error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf';
      return { code: isEarly ? 'auth.expired' : 'auth.wrong' };
    }
  }

  async #refresh(auth: JwtAuth, keys: Keys, kid: string): Promise<void> {
    const at = this.#clock.monotonic();
    const isFresh = at - keys.fetchedAt < FRESH && (kid === '' || keys.kids.has(kid));
    if (isFresh || (keys.fetching === null && at - keys.triedAt < FETCH_AGAIN_AFTER)) return;
    keys.fetching ??= this.#fetch(auth, keys).finally(() => {
      keys.fetching = null;
    });
    await keys.fetching;
  }

  async #fetch(auth: JwtAuth, keys: Keys): Promise<void> {
    keys.triedAt = this.#clock.monotonic();
    const result = await keys.outbound.request({
      method: 'GET',
      url: new URL(auth.jwksUrl),
      headers: { accept: 'application/json' },
      body: null,
      maxAnswer: MOST_JWKS_BYTES,
      signal: AbortSignal.timeout(FETCH_PATIENCE),
    });
    const jwks = result.kind === 'answer' && result.status === 200 && result.complete ? keySetIn(result.text) : null;
    if (jwks === null) {
      this.#log.warn(
        { event: 'ingress.jwks-unavailable', url: auth.jwksUrl, why: whyNot(result) },
        'the keys of an issuer cannot be had',
      );
      return;
    }
    keys.set = createLocalJWKSet(jwks);
    keys.kids = new Set(jwks.keys.map(({ kid }) => kid ?? ''));
    keys.fetchedAt = this.#clock.monotonic();
    // A key that was withdrawn must not live on in what it signed.
    keys.tokens.clear();
  }
}

function nameOf(auth: JwtAuth): string {
  return JSON.stringify(auth);
}

/** Why there are no keys, for those who can mend it: the sender is told nothing of where they come from. */
function whyNot(result: OutboundResult): string {
  switch (result.kind) {
    case 'answer':
      if (result.status !== 200) return `status ${result.status}; allowed: 200`;
      return result.complete ? 'it is no JWK set' : `it broke off, or has more than ${MOST_JWKS_BYTES} bytes`;
    case 'refused':
      return result.error.message;
    case 'failed':
      return result.detail;
    case 'aborted':
      return `no answer within ${FETCH_PATIENCE} ms`;
    default:
      return result satisfies never;
  }
}

function noKeys({ ca, allowPrivateAddresses }: JwtAuth): Keys {
  const outbound = createOutbound({ ca, allowPrivateAddresses, connectTimeout: FETCH_PATIENCE });
  const never = Number.NEGATIVE_INFINITY;
  return { outbound, set: null, kids: new Set(), fetchedAt: never, triedAt: never, fetching: null, tokens: new Map() };
}

/** Whom the token says it is from, before anything of it is checked; null: no token, or it does not say. */
export function issuerIn(token: string): string | null {
  if (token.length > LONGEST_TOKEN) return null;
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

/** Empty where it names none; null: no token. */
function kidOf(token: string): string | null {
  try {
    return decodeProtectedHeader(token).kid ?? '';
  } catch {
    return null;
  }
}

function keySetIn(text: string): JSONWebKeySet | null {
  try {
    const value: unknown = JSON.parse(text);
    const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : null;
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null) ? { keys } : null;
  } catch {
    return null;
  }
}

function remember(tokens: Map<string, Known>, digest: string, known: Known): void {
  tokens.set(digest, known);
  const [oldest] = tokens.keys();
  if (tokens.size > MOST_TOKENS && oldest !== undefined) tokens.delete(oldest);
}
