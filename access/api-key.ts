/**
 * API keys that Herald makes: of people, programs and sources. Of a key only the digest of its secret is kept.
 *
 *   created -> good -> expired (by its time), or revoked (for good)
 *   rotated: another secret is good at once; those before it for as long as they overlap
 */

import type { Grant, Identity } from './identity.ts';
import { keyDigest } from './sign-in.ts';

export interface ApiKey {
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Unix time in milliseconds, as all times here. */
  readonly createdAt: number;
  readonly createdBy: string;
  /** null: never. */
  readonly expiresAt: number | null;
  /** The newest last. */
  readonly secrets: readonly KeySecret[];
  readonly revoked: { readonly at: number; readonly by: string } | null;
}

interface KeySecret {
  readonly digest: string;
  readonly createdAt: number;
  /** null: for as long as the key. */
  readonly until: number | null;
}

/** Tells what it is to those who find it, and to scanners for secrets. */
const PREFIX = 'herald_';
/** 256 bits: nobody guesses one, nor finds it from its digest. */
export const SECRET_BYTES = 32;
const MOST_SECRETS = 5;

export function secretFrom(random: Uint8Array): string {
  if (random.length !== SECRET_BYTES) throw new TypeError(`${random.length} random bytes for a key`);
  return `${PREFIX}${Buffer.from(random).toString('base64url')}`;
}

export function newKey(key: Omit<ApiKey, 'secrets' | 'revoked'>, secret: string): ApiKey {
  return { ...key, secrets: [{ digest: keyDigest(secret), createdAt: key.createdAt, until: null }], revoked: null };
}

/** `overlap`: for how many milliseconds the secrets before stay good. null: it is revoked or expired. */
export function rotated(key: ApiKey, secret: string, now: number, overlap: number): ApiKey | null {
  if (stateOf(key, now) !== 'good') return null;
  const before = key.secrets
    .filter(({ until }) => until === null || until > now)
    .slice(1 - MOST_SECRETS)
    .map((one) => ({ ...one, until: Math.min(one.until ?? Number.POSITIVE_INFINITY, now + overlap) }));
  return { ...key, secrets: [...before, { digest: keyDigest(secret), createdAt: now, until: null }] };
}

/** Its secrets stay known, and good for nothing: who uses one of them is told apart from who guesses. */
export function revoked(key: ApiKey, now: number, by: string): ApiKey {
  if (key.revoked !== null) return key;
  const secrets = key.secrets.map((one) => ({ ...one, until: Math.min(one.until ?? now, now) }));
  return { ...key, secrets, revoked: { at: now, by } };
}

export function stateOf({ revoked: end, expiresAt }: ApiKey, now: number): 'good' | 'revoked' | 'expired' {
  if (end !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'good';
}

/** It is of somebody who asks, not of a source that sends: once there is one, the API answers nobody without. */
export function asks({ grants }: Pick<ApiKey, 'grants'>): boolean {
  return grants.some(({ role }) => role !== 'sender');
}

/** May be given to whoever has it by nobody but one who may do all of it: within these tenants; null: all. */
export function isWithin({ grants }: Pick<ApiKey, 'grants'>, tenants: readonly string[] | null): boolean {
  return grants.every((grant) => tenants === null || (grant.tenants?.every((one) => tenants.includes(one)) ?? false));
}

export type Found =
  | { readonly code: 'access.identified'; readonly identity: Identity }
  /** `key`: its name. */
  | { readonly code: 'access.expired' | 'access.revoked'; readonly key: string }
  | { readonly code: 'access.wrong' };

/** Keys by the digests of their secrets. */
export class KeyTable {
  readonly keys: ReadonlyMap<string, ApiKey>;
  readonly #byDigest = new Map<
    string,
    { readonly key: ApiKey; readonly until: number | null; readonly found: Found }
  >();

  /** `keys`: by their names. */
  constructor(keys: ReadonlyMap<string, ApiKey>) {
    this.keys = keys;
    for (const key of keys.values()) {
      const identity: Identity = { kind: 'api-key', name: key.name, grants: key.grants };
      const found: Found = { code: 'access.identified', identity };
      for (const { digest, until } of key.secrets) this.#byDigest.set(digest, { key, until, found });
    }
  }

  /** True from the first key of somebody who asks on, whatever became of it: an API that opened when the last key ran out would be a trap. */
  get closes(): boolean {
    return [...this.keys.values()].some(asks);
  }

  find(secret: string, now: number): Found {
    const known = this.#byDigest.get(keyDigest(secret));
    if (known === undefined) return { code: 'access.wrong' };
    const { key, until, found } = known;
    const state = stateOf(key, now);
    if (state === 'good' && (until === null || until > now)) return found;
    return { code: state === 'revoked' ? 'access.revoked' : 'access.expired', key: key.name };
  }
}
