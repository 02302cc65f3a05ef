/** Writing answers, and those that the server itself gives. */

import type { HttpResponse as UwsResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { problem } from './problem.ts';
import type { Reply } from './route.ts';

const statusLines = new Map<number, string>();

export const UNREADABLE_PATH = problem(400, 'Unreadable path', {
  code: 'path.unreadable',
  detail: 'The path holds a percent-encoding that is not UTF-8.',
});

/** `isHead`: the body is told of and not sent. `closing`: so is the connection's end. */
export function writeReply(res: UwsResponse, reply: Reply, isHead: boolean, closing: boolean): void {
  res.cork(() => {
    writeHead(res, reply);
    if (isHead) res.endWithoutBody(Buffer.byteLength(reply.body ?? ''), closing);
    else res.end(reply.body, closing);
  });
}

/** All of it but its end, so that its sender hangs up first. */
export function writeUnended(res: UwsResponse, reply: Reply): void {
  res.cork(() => {
    writeHead(res, reply);
    res.writeHeader('Connection', 'close').write(reply.body ?? '');
  });
}

/** Status and headers, in one call: each costs as much as what it writes. */
function writeHead(res: UwsResponse, { status, headers }: Reply): void {
  let head = statusLine(status);
  for (const name in headers) head += `\r\n${name}: ${headers[name] ?? ''}`;
  res.writeStatus(head);
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
