/**
 * Signatures of webhooks as their senders make them: HMAC-SHA256 over the raw body, with a timestamp in front where the style has one.
 *
 *   github              sha256=<hex>, over the body (docs.github.com, Validating webhook deliveries)
 *   grafana             <hex>, over the body, or over `seconds:body` where a timestamp header is configured
 *   slack               v0=<hex>, over `v0:seconds:body` (api.slack.com, Verifying requests)
 *   standard-webhooks   v1,<base64> ..., over `id.seconds.body` (signature.ts)
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { type SignatureVerdict, type VerificationOptions, verify } from './signature.ts';

export interface Signed {
  readonly style: 'github' | 'grafana' | 'slack' | 'standard-webhooks';
  readonly signature: string;
  /** Unix time in seconds as the header holds it; null: the source asks for none. */
  readonly timestamp: string | null;
  /** Standard Webhooks alone. */
  readonly id: string | null;
  /** The raw body, as it came. */
  readonly body: Uint8Array;
}

const PREFIX = { github: 'sha256=', grafana: '', slack: 'v0=' } as const;
const HEX = /^[0-9a-f]{64}$/i;
const SECONDS = /^\d{1,12}$/;

/** Every secret is tried, whichever matches: neither which one nor where it differs shows in the time that it takes. */
export function verifySigned(
  signed: Signed,
  secrets: readonly string[],
  options: VerificationOptions,
): SignatureVerdict {
  const { style, signature, timestamp, id, body } = signed;
  if (style === 'standard-webhooks') {
    return best(
      secrets.map((secret) => verify({ id: id ?? '', timestamp: timestamp ?? '', body }, signature, secret, options)),
    );
  }
  const prefix = PREFIX[style];
  const hex = signature.slice(prefix.length);
  if (!signature.startsWith(prefix) || !HEX.test(hex)) return 'signature.malformed';
  if (timestamp !== null && !SECONDS.test(timestamp)) return 'signature.malformed';
  const given = Buffer.from(hex, 'hex');
  const before = timestamp === null ? '' : style === 'slack' ? `v0:${timestamp}:` : `${timestamp}:`;
  let matched = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(before).update(body).digest();
    matched = timingSafeEqual(expected, given) || matched;
  }
  if (!matched) return 'signature.mismatch';
  return timestamp === null ? 'signature.valid' : timeliness(timestamp, options);
}

/** Of a signature that is right: of another the time tells nothing. */
function timeliness(timestamp: string, { now, tolerance }: VerificationOptions): SignatureVerdict {
  const age = now / 1000 - Number(timestamp);
  if (age > tolerance) return 'signature.too-old';
  return age < -tolerance ? 'signature.from-future' : 'signature.valid';
}

/** That of the secret which fits; what else is wrong does not depend on it. */
function best(verdicts: readonly SignatureVerdict[]): SignatureVerdict {
  return verdicts.find((verdict) => verdict !== 'signature.mismatch') ?? 'signature.mismatch';
}
