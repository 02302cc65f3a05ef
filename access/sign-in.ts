/** How people and programs sign in, as operators declare it, and which identity that makes. */

import { hash } from 'node:crypto';
import type { Grant, Identity } from './identity.ts';

export interface SignIn {
  /** Something is declared: who shows nothing is nobody. */
  readonly declared: boolean;
  /** What those may who show nothing. */
  readonly anonymous: readonly Grant[];
  /** By the digest of the key. */
  readonly keys: ReadonlyMap<string, Identity>;
}

/** Whose tokens are taken. */
export interface Issuer {
  readonly issuer: string;
  /** Claim that names the person. */
  readonly nameClaim: string;
  readonly grants: readonly ClaimGrant[];
}

export interface ClaimGrant {
  /** `groups`, or a path such as `realm_access.roles`. */
  readonly claim: string;
  /** One of these it must be, or hold. */
  readonly values: readonly string[];
  readonly grants: readonly Grant[];
}

/** Names a key without being one: what is random enough cannot be found from its digest (docs/decisions/68-api-keys.md). */
export function keyDigest(key: string): string {
  return hash('sha256', key, 'base64url');
}

const LONGEST_NAME = 200;

/** `claims`: of a token that was verified. null: it does not say whose it is. A person without grants is known, and may do nothing. */
export function personBy({ nameClaim, grants }: Issuer, claims: Readonly<Record<string, unknown>>): Identity | null {
  const name = at(claims, nameClaim) ?? claims.sub;
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME) return null;
  const fitting = grants.filter(({ claim, values }) =>
    textsIn(at(claims, claim)).some((text) => values.includes(text)),
  );
  return { kind: 'token', name, grants: fitting.flatMap((one) => one.grants) };
}

/** A claim of that very name goes before a path: some issuers name theirs by URLs. */
function at(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === 'string');
}
