/**
 * Attributes of a CloudEvent in HTTP headers (CloudEvents HTTP binding 1.0.2, 3.1): every header that begins with `ce-`, extensions included,
 * unquoted and percent-decoded once. How many there are, and how long, the bounds on a head say (100 headers, 16 KB).
 */

import type { Peer } from '../route.ts';

const PREFIX = 'ce-';
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/;
/** Structured, and as a batch: the attributes are in the body, also where headers repeat them (3.2.3). */
const IN_BODY = /^\s*application\/cloudevents/i;
/** The Content-Type says it; a header must not. */
const NOT_IN_HEADERS: ReadonlySet<string> = new Set(['datacontenttype', 'data', 'data_base64']);

/** null: the headers hold no event. A value that cannot be decoded, or came twice, becomes U+FFFD alone, which no attribute may be. */
export function eventAttributes(peer: Peer | undefined, contentType = ''): Readonly<Record<string, string>> | null {
  if (peer === undefined || IN_BODY.test(contentType) || peer.header('ce-specversion') === '') return null;
  const attributes: Record<string, string> = {};
  for (const [header, value] of peer.headersWith(PREFIX)) {
    const name = header.slice(PREFIX.length);
    if (value === '' || name === '' || NOT_IN_HEADERS.has(name)) continue;
    attributes[name] = Object.hasOwn(attributes, name) ? UNDECODABLE : decoded(value);
  }
  return attributes;
}

export const UNDECODABLE = '\ufffd';

const ENCODED = /(?:%[0-9A-Fa-f]{2})+/g;

/** A percent sign that begins no encoding stands for itself: the SDKs write it so, and some write letters beyond ASCII as they are. */
function decoded(value: string): string {
  // Where the bytes were no UTF-8, this is what the server made of them.
  if (value.includes(UNDECODABLE)) return UNDECODABLE;
  const text = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? value;
  try {
    return text.replace(ENCODED, (encoded) => decodeURIComponent(encoded));
  } catch {
    return UNDECODABLE;
  }
}
