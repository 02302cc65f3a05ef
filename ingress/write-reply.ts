/** Writing an answer's head, and the answers that the server itself gives. */

import type { HttpResponse as UwsResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { problem } from './problem.ts';
import type { Reply } from './route.ts';

const statusLines = new Map<number, string>();

export const UNREADABLE_PATH = problem(400, 'Unreadable path', {
  code: 'path.unreadable',
  detail: 'The path holds a percent-encoding that is not UTF-8.',
});

/** Status and headers; to be called within `cork`. */
export function writeHead(res: UwsResponse, reply: Reply): void {
  res.writeStatus(statusLine(reply.status));
  for (const name in reply.headers) res.writeHeader(name, reply.headers[name] ?? '');
}

export const INTERNAL_ERROR = problem(500, 'Internal error', {
  code: 'internal',
  detail: 'Herald failed to handle this request. Its log says why.',
});

/** Nobody is there to get it. */
export const CLIENT_GONE: Reply = { status: 499, code: 'request.aborted' };

export function tooLarge(limit: number): Reply {
  return problem(413, 'Body too large', { code: 'body.too-large', detail: `At most ${limit} bytes are taken here.` });
}

export function tooSlow(): Reply {
  return problem(408, 'Body too slow', { code: 'body.too-slow', detail: 'The rest of the body did not come in time.' });
}

function statusLine(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
    statusLines.set(status, line);
  }
  return line;
}
