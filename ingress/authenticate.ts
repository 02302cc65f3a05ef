/** May this request speak for this source? */

import { hash, timingSafeEqual } from 'node:crypto';
import type { Mapping } from '../rules/mapping.ts';
import { problem } from './problem.ts';
import type { Reply } from './route.ts';

/** What ingress needs to know of a Source resource. Secrets are resolved. */
export interface IngressSource {
  readonly name: string;
  readonly tenant: string;
  /** A key of FORMATS. */
  readonly format: string;
  readonly auth: SourceAuth;
  readonly maxBodyBytes: number;
  readonly mapping?: Mapping | undefined;
}

/** Several tokens may be valid at a time, so that they can be rotated. */
export type SourceAuth = { readonly type: 'none' } | { readonly type: 'bearer'; readonly tokens: readonly string[] };

export type AuthVerdict =
  | { readonly code: 'auth.not-required' }
  | { readonly code: 'auth.accepted' }
  | { readonly code: 'auth.missing' }
  | { readonly code: 'auth.wrong' };

const CREDENTIALS = /^Bearer +([^\s]+) *$/i;

const digests = new WeakMap<readonly string[], readonly Uint8Array[]>();

export function authenticate(auth: SourceAuth, authorization: string | undefined): AuthVerdict {
  switch (auth.type) {
    case 'none':
      return { code: 'auth.not-required' };
    case 'bearer': {
      const presented = CREDENTIALS.exec(authorization ?? '')?.[1];
      if (presented === undefined) return { code: 'auth.missing' };
      return { code: isOneOf(presented, auth.tokens) ? 'auth.accepted' : 'auth.wrong' };
    }
    default:
      return auth satisfies never;
  }
}

/** null: go on. The answer never tells what was presented or expected. */
export function refusal(verdict: AuthVerdict): Reply | null {
  switch (verdict.code) {
    case 'auth.not-required':
    case 'auth.accepted':
      return null;
    case 'auth.missing':
      return problem(401, 'Authentication required', {
        code: verdict.code,
        detail: 'This source expects the header Authorization: Bearer <token>.',
        headers: { 'www-authenticate': 'Bearer realm="herald"' },
      });
    case 'auth.wrong':
      return problem(403, 'Wrong token', { code: verdict.code, detail: 'The bearer token is not one of this source.' });
    default:
      return verdict satisfies never;
  }
}

/** Digests have one length whatever was presented, and every token is compared: the time taken tells nothing. */
function isOneOf(presented: string, tokens: readonly string[]): boolean {
  const digest = sha256(presented);
  let found = false;
  for (const expected of digestsOf(tokens)) found = timingSafeEqual(digest, expected) || found;
  return found;
}

function digestsOf(tokens: readonly string[]): readonly Uint8Array[] {
  let known = digests.get(tokens);
  if (known === undefined) {
    // An empty secret (an unset variable) must not become a token that anyone can guess.
    known = tokens.filter((token) => token !== '').map(sha256);
    digests.set(tokens, known);
  }
  return known;
}

function sha256(text: string): Uint8Array {
  return hash('sha256', text, 'buffer');
}
