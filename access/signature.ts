/**
 * Signatures of webhooks by the Standard Webhooks specification (standardwebhooks.com): HMAC-SHA256 over
 * `id.timestamp.body`, written `v1,<base64>`. A header may hold several, separated by spaces, so that keys can rotate.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedMessage {
  readonly id: string;
  /** Unix time in seconds, exactly as the header holds it. */
  readonly timestamp: string;
  /** The raw body: parsed and written again it would have another signature. */
  readonly body: string | Uint8Array;
}

export type SignatureVerdict =
  | 'signature.valid'
  /** A header is missing, the timestamp is no number, or there is no `v1` signature in the header. */
  | 'signature.malformed'
  | 'signature.too-old'
  | 'signature.from-future'
  | 'signature.mismatch';

export interface VerificationOptions {
  /** Unix time in milliseconds. */
  readonly now: number;
  /** How far the timestamp may be off, either way. Seconds. */
  readonly tolerance: number;
}

const PREFIX = 'whsec_';
const BASE64_KEY = /^whsec_[A-Za-z0-9+/_-]{2,}={0,2}$/;

/**
 * The keys in a configured secret. `whsec_` marks base64; anything else is taken as it stands, since plain passphrases are
 * what other senders' tools produce. Several `whsec_` secrets, separated by spaces or lines, are several live keys.
 */
export function signingKeys(secret: string): readonly Uint8Array[] {
  const parts = secret.trim().split(/\s+/);
  if (parts.every((part) => part.startsWith(PREFIX))) {
    return parts.map((part) => Buffer.from(part.slice(PREFIX.length), 'base64')).filter(({ length }) => length > 0);
  }
  return [Buffer.from(secret.trim(), 'utf8')];
}

/** Node reads past what is no base64: of `whsec_!!!` it would leave the empty key, which everyone knows. */
export function holdsKeys(secret: string): boolean {
  const parts = secret.trim().split(/\s+/);
  return !parts.every((part) => part.startsWith(PREFIX)) || parts.every((part) => BASE64_KEY.test(part));
}

/** The value of the `webhook-signature` header: one `v1,<base64>` per key of the secret. */
export function sign(message: SignedMessage, secret: string): string {
  return signingKeys(secret)
    .map((key) => `v1,${digest(message, key).toString('base64')}`)
    .join(' ');
}

/** Whether one of the header's signatures was made with one of the secret's keys, at a time near `now`. */
export function verify(
  message: SignedMessage,
  signatures: string,
  secret: string,
  { now, tolerance }: VerificationOptions,
): SignatureVerdict {
  if (message.id === '' || !/^\d{1,12}$/.test(message.timestamp)) return 'signature.malformed';
  const given = signatures.split(' ').flatMap(v1Signature);
  if (given.length === 0) return 'signature.malformed';
  // Every pair is compared: neither which key nor which signature matched shows in the time that it takes.
  let matched = false;
  for (const key of signingKeys(secret)) {
    const expected = digest(message, key);
    for (const signature of given) matched = equal(signature, expected) || matched;
  }
  if (!matched) return 'signature.mismatch';
  const age = now / 1000 - Number(message.timestamp);
  if (age > tolerance) return 'signature.too-old';
  return age < -tolerance ? 'signature.from-future' : 'signature.valid';
}

function digest(message: SignedMessage, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${message.id}.${message.timestamp}.`).update(message.body).digest();
}

/** Other versions (`v1a` is asymmetric) are passed over, as the specification asks. */
function v1Signature(part: string): Buffer[] {
  return part.startsWith('v1,') && part.length > 3 ? [Buffer.from(part.slice(3), 'base64')] : [];
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
