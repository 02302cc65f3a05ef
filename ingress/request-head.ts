/** Copies of what uWebSockets.js shows only while its route handler runs. */

import type { HttpRequest as UwsRequest } from 'uWebSockets.js';

type Fields = Record<string, string>;

const NONE: Readonly<Fields> = Object.freeze({});

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
export function readHeaders(req: UwsRequest, wanted: readonly string[] | null): Readonly<Fields> {
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
