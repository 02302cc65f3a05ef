/** An HTTP proxy on loopback that makes tunnels (CONNECT, RFC 9110, 9.3.6), and remembers what it was asked for. */

import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each CONNECT. */
  readonly asked: readonly string[];
  /** `Basic ...` of each CONNECT; '' where there was none. */
  readonly authorizations: readonly string[];
}

export interface ConnectProxyOptions {
  /** Wants this header, or answers 407. */
  readonly authorization?: string;
  /** Answers so instead of connecting. */
  readonly refuseWith?: number;
  /** Takes the connection and says nothing. */
  readonly silent?: boolean;
}

/** Whatever it is asked for, it connects to loopback at that port: names of tests lead nowhere else. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const authorizations: string[] = [];
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? '');
    authorizations.push(request.headers['proxy-authorization'] ?? '');
    if (options.silent === true) return;
    const wrong = options.authorization !== undefined && authorizations.at(-1) !== options.authorization;
    const status = wrong ? 407 : options.refuseWith;
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1]);
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    loopback.keep(target);
  });
  const loopback = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${loopback.port}`, asked, authorizations };
}
