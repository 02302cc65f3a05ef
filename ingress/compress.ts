/**
 * Large answers leave compressed where the client takes that (RFC 9110, 12.5.3). Only what is read (GET): those answers hold no secret
 * that a stranger's input beside it could be compared with by their length.
 */

import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpRequest, Reply, Route } from './route.ts';

type Coding = 'br' | 'gzip';

/** Bytes; below that the head is most of an answer. */
const LEAST = 1024;
const LEVELS = { br: 4, gzip: 6 } as const;
const TEXT = /^(application\/([\w.-]+\+)?(json|yaml)|text\/)/;

const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);

const COMPRESS: Readonly<Record<Coding, (body: string | Uint8Array) => Promise<Buffer>>> = {
  br: (body) => asBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: LEVELS.br } }),
  gzip: (body) => asGzip(body, { level: LEVELS.gzip }),
};

/** The same route; its large answers are compressed in zlib's threads. */
export function compressing(route: Route): Route {
  const methods = typeof route.method === 'string' ? [route.method] : route.method;
  if (!methods.includes('GET')) return route;
  return {
    ...route,
    ...(route.headers === undefined ? {} : { headers: [...route.headers, 'accept-encoding'] }),
    handle(request) {
      const reply = route.handle(request);
      return reply instanceof Promise ? reply.then((done) => compressed(done, request)) : compressed(reply, request);
    },
  };
}

function compressed(reply: Reply, { method, headers }: HttpRequest): Reply | Promise<Reply> {
  const { body = '', headers: own = {} } = reply;
  if (method !== 'GET' || !TEXT.test(own['content-type'] ?? '') || own['content-encoding'] !== undefined) return reply;
  if (body.length < LEAST) return reply;
  const varying = { ...reply, headers: { ...own, vary: 'accept-encoding' } };
  const coding = codingOf(headers['accept-encoding'] ?? '');
  if (coding === null) return varying;
  return COMPRESS[coding](body).then((packed) => ({
    ...varying,
    headers: { ...varying.headers, 'content-encoding': coding },
    body: packed,
  }));
}

/** The best of ours that the client takes; null: none. Of equal ones the smaller answer. */
export function codingOf(accepted: string): Coding | null {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => /^q\s*=/.test(text));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(weight.indexOf('=') + 1)));
  }
  const rest = weights.get('*') ?? 0;
  const weightOf = (coding: Coding) =>
    weights.get(coding) ?? (coding === 'gzip' ? weights.get('x-gzip') : undefined) ?? rest;
  const [br, gz] = [weightOf('br'), weightOf('gzip')];
  if (br > 0 && br >= gz) return 'br';
  return gz > 0 ? 'gzip' : null;
}
