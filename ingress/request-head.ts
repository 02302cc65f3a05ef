/** Copies of what uWebSockets.js shows only while its route handler runs. */

import type { HttpRequest as UwsRequest } from 'uWebSockets.js';
import type { HttpRequest, Peer } from './route.ts';

type Fields = Record<string, string>;

const NONE: Readonly<Fields> = Object.freeze({});

export const NO_BODY = Buffer.alloc(0);
export const NO_PARAMS: Readonly<Fields> = NONE;

/** Its body is put in when it is complete, and what routes learn of it as they do. */
export type OpenRequest = { -readonly [K in keyof HttpRequest]: HttpRequest[K] };

/** `wanted`: headers; null: all. */
export function requestOf(
  req: UwsRequest,
  method: string,
  params: HttpRequest['params'],
  wanted: readonly string[] | null,
  peer: Peer,
): OpenRequest {
  return {
    method,
    url: req.getUrl(),
    params,
    // undefined where the address has no question mark, whatever its types say; signatures are judged by the address.
    query: req.getQuery() ?? '',
    headers: readHeaders(req, wanted),
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

/** `wanted` null: all. A header that came twice is joined as RFC 9110 5.3 has it. */
function readHeaders(req: UwsRequest, wanted: readonly string[] | null): Readonly<Fields> {
  if (wanted === null) return allHeaders(req);
  if (wanted.length === 0) return NONE;
  const headers: Fields = {};
  for (const name of wanted) {
    const value = req.getHeader(name);
    if (value !== '') headers[name] = value;
  }
  return headers;
}

export function headersWith(req: UwsRequest, prefix: string): [string, string][] {
  const found: [string, string][] = [];
  req.forEach((name, value) => {
    if (name.startsWith(prefix)) found.push([name, value]);
  });
  return found;
}

function allHeaders(req: UwsRequest): Readonly<Fields> {
  const headers: Fields = {};
  req.forEach((name, value) => {
    const known = headers[name];
    // Object.hasOwn is not needed: header names are lower-case tokens, and `__proto__` would only set nothing.
    headers[name] = typeof known === 'string' ? `${known}, ${value}` : value;
  });
  return headers;
}
