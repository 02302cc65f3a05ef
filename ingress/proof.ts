/**
 * The second half of authentication, once the body is there: signatures over it, and tokens by their issuer's keys. A message that was
 * accepted and comes again with the same signature is answered as before and not taken in again: its sender lost the answer, or
 * somebody else replays it.
 */

import { hash } from 'node:crypto';
import { verifySigned } from '../access/hmac.ts';
import type { HmacAuth, JwtAuth, SourceAuth } from '../resources/source-auth.ts';
import type { AuthVerdict, Presented } from './authenticate.ts';

export interface ProofPorts {
  /** Tokens: jwt.ts. */
  verifyToken(auth: JwtAuth, token: string, now: number): AuthVerdict | Promise<AuthVerdict>;
}

/** `body`: raw, as it came. */
export function prove(
  ports: ProofPorts,
  auth: SourceAuth,
  presented: Presented,
  body: Uint8Array,
  now: number,
): AuthVerdict | Promise<AuthVerdict> {
  if (auth.type === 'hmac' && presented.type === 'hmac') return proveSignature(auth, presented, body, now);
  if (auth.type === 'jwt' && presented.type === 'jwt') return ports.verifyToken(auth, presented.token, now);
  // A reload has changed how the source authenticates, between the head and the body.
  return { code: 'auth.wrong' };
}

function proveSignature(
  { style, secrets, tolerance }: HmacAuth,
  { signature, timestamp, id }: Extract<Presented, { type: 'hmac' }>,
  body: Uint8Array,
  now: number,
): AuthVerdict {
  const verdict = verifySigned({ style, signature, timestamp, id, body }, secrets, { now, tolerance });
  switch (verdict) {
    case 'signature.valid':
      return { code: 'auth.accepted' };
    case 'signature.too-old':
    case 'signature.from-future':
      return { code: 'auth.expired' };
    case 'signature.malformed':
    case 'signature.mismatch':
      return { code: 'auth.wrong' };
    default:
      return verdict satisfies never;
  }
}

/** What names a signed message for as long as its timestamp is good; null: its sender gives none, and may well say the same twice. */
export function messageKey(source: string, kept: unknown): string | null {
  if (kept === undefined) return null;
  const presented = kept as Presented;
  if (presented.type !== 'hmac' || presented.timestamp === null) return null;
  // An id is one message, however often it is signed anew.
  const name = presented.id ?? `${presented.timestamp} ${presented.signature.toLowerCase()}`;
  return hash('sha256', `${source}\n${name}`, 'base64url');
}
