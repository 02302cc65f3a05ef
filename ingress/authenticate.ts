/**
 * May this request speak for this source? What its head tells is judged before its body comes; a signature over the body, and a token
 * whose keys may have to be fetched, when it has come (proof.ts).
 */

import { hash, timingSafeEqual } from 'node:crypto';
import type { Found } from '../access/api-key.ts';
import { permit } from '../access/permit.ts';
import type { SourceAuth } from '../resources/source-auth.ts';
import type { RequestHead } from './route.ts';
import type { IngressSource } from './source.ts';

export type AuthVerdict =
  | { readonly code: 'auth.not-required' }
  | { readonly code: 'auth.accepted' }
  /** The body, or a key, decides. */
  | { readonly code: 'auth.pending'; readonly presented: Presented }
  | { readonly code: 'auth.missing' }
  | { readonly code: 'auth.wrong' }
  /** Right once, or later: by its timestamp or the times in its token. */
  | { readonly code: 'auth.expired'; readonly key?: string }
  /** An API key that was good once. `key`: its name. */
  | { readonly code: 'auth.revoked'; readonly key: string }
  /** The keys of its tokens cannot be had now. */
  | { readonly code: 'auth.keys-unavailable' };

/** What a head presented that cannot be judged by itself. */
export type Presented =
  | {
      readonly type: 'hmac';
      readonly signature: string;
      readonly timestamp: string | null;
      readonly id: string | null;
    }
  | { readonly type: 'jwt'; readonly token: string }
  | { readonly type: 'routing-key' };

const BEARER = /^Bearer +([^\s]+) *$/i;
const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;

const NOT_REQUIRED: AuthVerdict = { code: 'auth.not-required' };
const ACCEPTED: AuthVerdict = { code: 'auth.accepted' };
const MISSING: AuthVerdict = { code: 'auth.missing' };
const WRONG: AuthVerdict = { code: 'auth.wrong' };

type Head = Pick<RequestHead, 'headers' | 'peer'>;

/** API keys that Herald made, and who has them. */
export type FindKey = (secret: string) => Found | { readonly code: 'access.unavailable' };

/** `sender`: the source, for keys that are good for its tenant; `findKey`: of every key. */
export function authenticate(
  { auth, tenant }: Pick<IngressSource, 'auth' | 'tenant'>,
  head: Head & Pick<RequestHead, 'identity'>,
  findKey: FindKey,
): AuthVerdict {
  switch (auth.type) {
    case 'api-key':
      return byKey(tenant, head, findKey);
    case 'none':
      return NOT_REQUIRED;
    case 'bearer': {
      const presented = BEARER.exec(head.headers.authorization ?? '')?.[1];
      if (presented === undefined) return MISSING;
      return isOneOf(presented, auth.tokens) ? ACCEPTED : WRONG;
    }
    case 'basic':
      return basic(auth, head);
    case 'hmac': {
      const { peer } = head;
      const signature = peer?.header(auth.header) ?? '';
      const timestamp = auth.timestampHeader === null ? null : (peer?.header(auth.timestampHeader) ?? '');
      const id = auth.idHeader === null ? null : (peer?.header(auth.idHeader) ?? '');
      if (signature === '' || timestamp === '' || id === '') return MISSING;
      return { code: 'auth.pending', presented: { type: 'hmac', signature, timestamp, id } };
    }
    case 'jwt': {
      const token = BEARER.exec(head.headers.authorization ?? '')?.[1];
      return token === undefined ? MISSING : { code: 'auth.pending', presented: { type: 'jwt', token } };
    }
    case 'mtls': {
      const subjects = head.peer?.certificateSubjects() ?? null;
      if (subjects === null) return MISSING;
      const isKnown = auth.subjects.length === 0 || auth.subjects.some((subject) => subjects.includes(subject));
      return isKnown ? ACCEPTED : WRONG;
    }
    case 'routing-key':
      return { code: 'auth.pending', presented: { type: 'routing-key' } };
    default:
      return auth satisfies never;
  }
}

const SEND = { permission: 'alerts.send', within: 'tenant' } as const;

/** As bearer, or as the password of any user. */
function byKey(tenant: string, head: Head & Pick<RequestHead, 'identity'>, findKey: FindKey): AuthVerdict {
  const header = head.headers.authorization ?? '';
  const encoded = BASIC.exec(header)?.[1];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const presented = BEARER.exec(header)?.[1] ?? decoded.slice(decoded.indexOf(':') + 1);
  if (presented === '') return MISSING;
  const found = findKey(presented);
  switch (found.code) {
    case 'access.identified': {
      if (permit(found.identity, SEND, tenant).code !== 'access.granted') return WRONG;
      head.identity = found.identity;
      return ACCEPTED;
    }
    case 'access.expired':
      return { code: 'auth.expired', key: found.key };
    case 'access.revoked':
      return { code: 'auth.revoked', key: found.key };
    case 'access.wrong':
      return WRONG;
    case 'access.unavailable':
      return { code: 'auth.keys-unavailable' };
    default:
      return found satisfies never;
  }
}

/** Name and password are compared whatever the other is. A password may hold colons, a name may not (RFC 7617). */
function basic({ username, passwords }: Extract<SourceAuth, { type: 'basic' }>, { headers }: Head): AuthVerdict {
  const encoded = BASIC.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return MISSING;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return MISSING;
  const isName = timingSafeEqual(sha256(decoded.slice(0, colon)), sha256(username));
  return isOneOf(decoded.slice(colon + 1), passwords) && isName ? ACCEPTED : WRONG;
}

const digests = new WeakMap<readonly string[], readonly Uint8Array[]>();

/** Of an event: what stands under `routing_key`. */
export function verifyRoutingKey(
  { keys }: Extract<SourceAuth, { type: 'routing-key' }>,
  presented: unknown,
): AuthVerdict {
  if (typeof presented !== 'string' || presented === '') return MISSING;
  return isOneOf(presented, keys) ? ACCEPTED : WRONG;
}

/** Digests have one length whatever was presented, and every token is compared: the time taken tells nothing. */
function isOneOf(presented: string, tokens: readonly string[]): boolean {
  const digest = sha256(presented);
  let found = false;
  for (const expectedDigest of digestsOf(tokens)) found = timingSafeEqual(digest, expectedDigest) || found;
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
