/** An HTTP receiver on a free loopback port that records what arrives and answers as the test says. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { atEnd } from './leaks.ts';
import { until } from './until.ts';

export interface ReceivedRequest {
  /** 0 for the first that arrived. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Milliseconds, or something to wait for, before the answer leaves. */
      readonly after?: number | Promise<unknown>;
    }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection with a TCP reset instead of an answer. */
  | { readonly kind: 'reset' }
  /** Headers and a part of the announced body; then the connection is reset, or nothing more comes. */
  | { readonly kind: 'half'; readonly status: number; readonly rest: 'reset' | 'hang' }
  /** A status line that breaks off. */
  | { readonly kind: 'broken-head' }
  /** A body of so many bytes, as fast as the sender reads it. */
  | { readonly kind: 'flood'; readonly status: number; readonly bytes: number };

/** One answer for every request, a list (the last one repeats), or a function of the request. */
export type Script = Answer | readonly Answer[] | ((request: ReceivedRequest) => Answer);

export interface Receiver {
  /** `http://127.0.0.1:port/hook` */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Bytes of flood bodies that the sender took. */
  readonly flooded: number;
  answerWith(script: Script): void;
  /** Resolves with the first `count` requests, once that many have arrived whole. */
  received(count: number): Promise<readonly ReceivedRequest[]>;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  readonly script?: Script;
  /** PEM; makes it an HTTPS receiver. With `ca` it asks for a client certificate of that authority. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
}

const OK: Answer = { kind: 'reply', status: 200 };

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const seen = { connections: 0, flooded: 0 };
  let script: Script = options.script ?? OK;
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(message);
    if (body === null) return;
    const request: ReceivedRequest = {
      index: requests.length,
      method: message.method ?? '',
      path: message.url ?? '',
      headers: message.headers,
      body,
    };
    requests.push(request);
    await answer(response, choose(script, request), (bytes) => {
      seen.flooded += bytes;
    });
  };
  const listener = (message: IncomingMessage, response: ServerResponse) => void handle(message, response);
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(tlsOf(options.tls), listener);
  server.on('connection', (socket: Socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  atEnd(close);
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/hook`,
    port,
    requests,
    get connections() {
      return seen.connections;
    },
    get flooded() {
      return seen.flooded;
    },
    answerWith(next) {
      script = next;
    },
    async received(count) {
      await until(`${count} requests`, () => requests.length >= count, { seen: () => requests.length });
      return requests.slice(0, count);
    },
    close,
  };
}

function tlsOf(tls: NonNullable<ReceiverOptions['tls']>) {
  return tls.ca === undefined ? tls : { ...tls, requestCert: true, rejectUnauthorized: true };
}

function choose(script: Script, request: ReceivedRequest): Answer {
  if (typeof script === 'function') return script(request);
  if ('kind' in script) return script;
  return script[Math.min(request.index, script.length - 1)] ?? OK;
}

/** null: the sender went away before the body was complete. */
async function readBody(message: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function answer(response: ServerResponse, how: Answer, onFlooded: (bytes: number) => void): Promise<void> {
  switch (how.kind) {
    case 'reply':
      if (how.after !== undefined) await waitFor(how.after, response);
      response.writeHead(how.status, how.headers).end(how.body ?? '');
      return;
    case 'hang':
      return;
    case 'reset':
      (response.socket as Socket).resetAndDestroy();
      return;
    case 'half':
      response.writeHead(how.status, { 'content-length': '1000' });
      response.write('the first part', () => {
        if (how.rest === 'reset') (response.socket as Socket).resetAndDestroy();
      });
      return;
    case 'broken-head':
      response.socket?.end('HTTP/1.1 2');
      return;
    case 'flood':
      await flood(response, how.status, how.bytes, onFlooded);
      return;
    default:
      how satisfies never;
  }
}

function waitFor(what: number | Promise<unknown>, response: ServerResponse): Promise<unknown> {
  if (typeof what !== 'number') return what;
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, what);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function flood(response: ServerResponse, status: number, bytes: number, onFlooded: (n: number) => void) {
  const chunk = Buffer.alloc(65_536, 'x');
  response.writeHead(status, { 'content-type': 'text/plain' });
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    onFlooded(chunk.length);
    if (response.write(chunk)) continue;
    await room(response);
  }
  response.end();
}

/** Resolves when the sender reads on, or went away. */
function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.removeListener('drain', done);
      response.removeListener('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
