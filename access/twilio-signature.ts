/**
 * X-Twilio-Signature: HMAC-SHA1, keyed with the account's auth token, over the URL that Twilio called and the fields of the form,
 * sorted by name, each name and value without anything between them. For other bodies the URL alone is signed, and carries the
 * body's SHA-256 in its query.
 * Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface TwilioRequest {
  /** As Twilio was told it, query and all: behind a proxy this is not what the server sees. */
  readonly url: string;
  readonly contentType: string;
  /** As it came. */
  readonly body: string;
  /** The header; null: it has none. */
  readonly signature: string | null;
}

export type TwilioVerdict = 'signature.valid' | 'signature.malformed' | 'signature.mismatch';

/** In constant time for a given request. */
export function verifyTwilio(request: TwilioRequest, authToken: string): TwilioVerdict {
  const { url, signature, body, contentType } = request;
  if (signature === null || !/^[A-Za-z0-9+/]{27}=$/.test(signature) || !URL.canParse(url)) return 'signature.malformed';
  const isForm = contentType.split(';')[0]!.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  if (!isForm && !bodyIsIntact(url, body)) return 'signature.mismatch';
  const given = Buffer.from(signature, 'base64');
  const fields = isForm ? fieldsOf(body) : '';
  // Whether Twilio wrote the port down is not told: one of the forms is the one that it signed.
  let matched = false;
  for (const form of formsOf(url)) {
    matched = timingSafeEqual(createHmac('sha1', authToken).update(`${form}${fields}`).digest(), given) || matched;
  }
  return matched ? 'signature.valid' : 'signature.mismatch';
}

function bodyIsIntact(url: string, body: string): boolean {
  const stated = new URL(url).searchParams.get('bodySHA256') ?? '';
  const found = createHash('sha256').update(body).digest();
  return /^[0-9a-fA-F]{64}$/.test(stated) && timingSafeEqual(Buffer.from(stated, 'hex'), found);
}

function fieldsOf(body: string): string {
  const form = new URLSearchParams(body);
  const names = [...new Set(form.keys())].sort();
  return names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => `${name}${value}`)).join('');
}

/** The text itself first: URL would write it anew. */
function formsOf(url: string): string[] {
  const { protocol, port, host, hostname } = new URL(url);
  const usual = protocol === 'https:' ? '443' : '80';
  const start = `${protocol}//`;
  const rest = url.slice(url.indexOf('//') + 2).replace(/^[^/?#]*/, '');
  return [
    url,
    port === '' ? `${start}${hostname}:${usual}${rest}` : `${start}${host}${rest}`,
    `${start}${hostname}${rest}`,
  ];
}
