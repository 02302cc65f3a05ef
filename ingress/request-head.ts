/** Copies of what uWebSockets.js shows only while its route handler runs. */

import type { HttpRequest as UwsRequest } from 'uWebSockets.js';
import { type Ambiguity, bodyLengthOf } from './body-length.ts';
import type { HttpRequest, Peer } from './route.ts';

type Fields = Record<string, string>;

const NONE: Readonly<Fields> = Object.freeze({});

export const NO_BODY = Buffer.alloc(0);
export const NO_PARAMS: Readonly<Fields> = NONE;

/** Its body is put in when it is complete, and what routes learn of it as they do. */
export type OpenRequest = { -readonly [K in keyof HttpRequest]: HttpRequest[K] };

export function requestOf(
  req: UwsRequest,
  method: string,
  params: HttpRequest['params'],
  headers: HttpRequest['headers'],
  peer: Peer,
): OpenRequest {
  return {
    method,
    url: req.getUrl(),
    params,
    // undefined where the address has no question mark, whatever its types say; signatures are judged by the address.
    query: req.getQuery() ?? '',
    headers,
    body: NO_BODY,
    peer,
    presented: undefined,
    attributes: null,
    identity: null,
  };
}

/** null: a percent-encoding that is not UTF-8. */
export function decodeParams(req: UwsRequest, names: readonly string[]): Readonly<Fields> | null {
  if (names.length === 0) return NONE;
  const params: Fields = {};
  for (let i = 0; i < names.length; i++) {
    const raw = req.getParameter(i) ?? '';
    try {
      params[names[i]!] = raw.includes('%') ? decodeURIComponent(raw) : raw;
    } catch {
      return null;
    }
  }
  return params;
}

export interface Headers {
  readonly length: number | Ambiguity;
  readonly fields: Readonly<Fields>;
}

/** The headers, gone over once. `wanted`: those that are kept; null: all. */
export function readHeaders(req: Pick<UwsRequest, 'forEach'>, wanted: readonly string[] | null): Headers {
  reading.wanted = wanted ?? [];
  reading.fields = {};
  const length = bodyLengthOf(req, wanted === null ? keepAll : keepWanted);
  return { length, fields: reading.fields };
}

// Scratch space, as in body-length.ts.
const reading: { wanted: readonly string[]; fields: Fields } = { wanted: [], fields: {} };

/** Of one that came twice, the first. */
function keepWanted(name: string, value: string): void {
  for (const one of reading.wanted) {
    if (one === name && value !== '') reading.fields[one] ??= value;
  }
}

/** One that came twice is joined as RFC 9110 5.3 has it. */
function keepAll(name: string, value: string): void {
  const known = reading.fields[name];
  // Object.hasOwn is not needed: header names are lower-case tokens, and `__proto__` would only set nothing.
  reading.fields[name] = typeof known === 'string' ? `${known}, ${value}` : value;
}

export function headersWith(req: UwsRequest, prefix: string): [string, string][] {
  const found: [string, string][] = [];
  req.forEach((name, value) => {
    if (name.startsWith(prefix)) found.push([name, value]);
  });
  return found;
}
