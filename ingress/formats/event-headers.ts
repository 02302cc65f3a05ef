/** Attributes of a CloudEvent in HTTP headers (CloudEvents HTTP binding 1.0.2, 3.1.3): unquoted and percent-decoded once. */

import type { Peer } from '../route.ts';

const NAMES = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'dataschema', 'severity'] as const;
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/;

/** null: the headers hold no event. A value that cannot be decoded becomes U+FFFD alone, which no attribute may be. */
export function eventAttributes(peer: Peer | undefined): Readonly<Record<string, string>> | null {
  if (peer === undefined || peer.header('ce-specversion') === '') return null;
  const attributes: Record<string, string> = {};
  for (const name of NAMES) {
    const value = peer.header(`ce-${name}`);
    if (value !== '') attributes[name] = decoded(value);
  }
  return attributes;
}

export const UNDECODABLE = '\ufffd';

const ENCODED = /(?:%[0-9A-Fa-f]{2})+/g;

/** A percent sign that begins no encoding stands for itself: the SDKs write it so. */
function decoded(value: string): string {
  const text = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? value;
  try {
    return text.replace(ENCODED, (encoded) => decodeURIComponent(encoded));
  } catch {
    return UNDECODABLE;
  }
}
