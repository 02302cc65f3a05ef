/**
 * How much body a request brings (RFC 9112 6.3), as its head says. uWebSockets.js takes the first Content-Length of several and reads any
 * Transfer-Encoding as chunked. A proxy in front that goes by another of them would see other requests on the connection than Herald
 * does: what can be read in two ways is refused, and its connection ends.
 */

import { problem } from './problem.ts';
import type { Reply } from './route.ts';

/** The part of a request's head that is looked at. */
interface Head {
  forEach(callback: (name: string, value: string) => void): void;
}

/** Of a chunked body: as much as comes. */
export const UNTOLD = Number.POSITIVE_INFINITY;

export type Ambiguity = 'length.conflicting' | 'length.invalid' | 'encoding.unsupported' | 'encoding.repeated';

const DETAIL: Readonly<Record<Ambiguity, string>> = {
  'length.conflicting': 'Several Content-Length headers disagree, or stand beside a Transfer-Encoding.',
  'length.invalid': 'Content-Length is a whole number of bytes, in decimal digits.',
  'encoding.unsupported': 'Transfer-Encoding is chunked, or is left out.',
  'encoding.repeated': 'Transfer-Encoding stands there more than once.',
};

/** Beyond it, numbers lose bytes. */
const DIGITS = /^\d{1,15}$/;

type Visit = (name: string, value: string) => void;

const ignore: Visit = () => {};

// Scratch space: a closure for each request would cost as much as the look itself.
const seen = { lengths: 0, length: '', differ: false, encodings: 0, encoding: '', also: ignore };

function look(name: string, value: string): void {
  seen.also(name, value);
  if (name === 'content-length') {
    if (seen.lengths > 0 && value !== seen.length) seen.differ = true;
    seen.lengths += 1;
    seen.length = value;
  } else if (name === 'transfer-encoding') {
    seen.encodings += 1;
    seen.encoding = value;
  }
}

/** Bytes: 0 without a body, UNTOLD where it is chunked. `also` is shown every header: going over them twice would cost as much again. */
export function bodyLengthOf(head: Head, also: Visit = ignore): number | Ambiguity {
  seen.also = also;
  seen.lengths = 0;
  seen.encodings = 0;
  seen.differ = false;
  head.forEach(look);
  if (seen.encodings > 0) {
    if (seen.lengths > 0) return 'length.conflicting';
    if (seen.encodings > 1) return 'encoding.repeated';
    return seen.encoding.toLowerCase() === 'chunked' ? UNTOLD : 'encoding.unsupported';
  }
  if (seen.lengths === 0) return 0;
  if (seen.differ) return 'length.conflicting';
  return DIGITS.test(seen.length) ? Number(seen.length) : 'length.invalid';
}

export function ambiguous(code: Ambiguity): Reply {
  return problem(400, 'Ambiguous request', { code: `request.${code}`, detail: DETAIL[code] });
}

/**
 * May another request follow on the connection? Not after a body whose end uWebSockets.js is lenient about (it takes chunks with odd
 * sizes and ends), nor where a body would be usual and none is announced: a header without a name makes it overlook those behind it.
 */
export function endsConnection(method: string, length: number): boolean {
  return length === UNTOLD || (length === 0 && (method === 'post' || method === 'put' || method === 'patch'));
}
