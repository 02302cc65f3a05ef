/**
 * Signatures of requests from Slack: HMAC-SHA256 over `v0:timestamp:body`, written `v0=<hex>`, with the timestamp in a header of its
 * own, so that an old request cannot be sent again. Source: docs.slack.dev, "Verifying requests from Slack".
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureVerdict, VerificationOptions } from './signature.ts';

export interface SlackRequest {
  /** Of the header `x-slack-request-timestamp`: Unix time in seconds. */
  readonly timestamp: string;
  /** Of the header `x-slack-signature`. */
  readonly signature: string;
  /** Raw. */
  readonly body: string | Uint8Array;
}

export function verifySlack(
  { timestamp, signature, body }: SlackRequest,
  secret: string,
  { now, tolerance }: VerificationOptions,
): SignatureVerdict {
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'signature.malformed';
  const age = now / 1000 - Number(timestamp);
  if (age > tolerance) return 'signature.too-old';
  if (age < -tolerance) return 'signature.from-future';
  const given = Buffer.from(signature.slice('v0='.length), 'hex');
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
  return timingSafeEqual(given, expected) ? 'signature.valid' : 'signature.mismatch';
}
