/**
 * The HTTP server: uWebSockets.js, which this file, register.ts and exchange.ts alone know.
 *
 * Mind: uWebSockets.js ends a connection on which a further request arrives before the one before it is answered. Senders
 * of webhooks do not pipeline; what was read of the first is handled, and its sender asks again, as HTTP has it.
 */

import {
  App,
  LIBUS_LISTEN_EXCLUSIVE_PORT,
  type ListenSocket,
  SSLApp,
  type TemplatedApp,
  type HttpResponse as UwsResponse,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js';
import { type Clock, systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AccessLogMode } from './access-log.ts';
import type { HttpMetrics } from './access-metrics.ts';
import { addressOf, TrustedProxies } from './address.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { connectionsByAddress } from './connection-table.ts';
import { DelayedAnswers } from './delayed-answers.ts';
import type { ServerState } from './exchange.ts';
import { register } from './register.ts';
import type { Route } from './route.ts';
import { type ListeningApp, type TlsChange, type TlsFiles, TlsListener } from './tls-listener.ts';

const LISTEN_SHARED = 0;
const CLOSE_LOOK_EVERY = 20;

export interface HttpServerOptions {
  /** Port 0: any free one; it cannot be shared. */
  readonly listen: { readonly host: string; readonly port: number };
  /** True: several processes may listen on the port (SO_REUSEPORT). False: a second one is refused. */
  readonly shared: boolean;
  readonly routes: readonly Route[];
  readonly log: Log;
  readonly metrics: HttpMetrics;
  readonly clock?: Clock;
  /** Left out: none. */
  readonly proxies?: TrustedProxies;
  /** The same routes over TLS, besides; left out: none. Port 0 cannot change its certificate: it cannot be shared. */
  readonly tls?: { readonly listen: { readonly host: string; readonly port: number }; readonly files: TlsFiles } | null;
  /** Left out: off. */
  readonly accessLog?: AccessLogMode;
  /** Connections that one address may hold, proxies excepted. Left out: any number. */
  readonly connectionsPerAddress?: number;
  /** Left out: nobody wants to know. */
  readonly audit?: HttpAudit;
}

/** What of the server is security's business. */
export interface HttpAudit {
  /** A connection was closed unread. */
  connectionRefused(address: string): void;
  tlsChanged(change: TlsChange): void;
}

export interface HttpServer {
  readonly port: number;
  /** null: without TLS. */
  readonly tlsPort: number | null;
  /** Requests that were begun and neither answered nor aborted. */
  readonly inFlight: number;
  /** Connections that are open. */
  readonly connections: number;
  /**
   * Lets requests under way finish for up to `deadline` milliseconds, and tells every sender to hang up. A port that others share is
   * theirs from now on; one of its own goes on listening until `close`, so that readyz can say why.
   */
  leave(deadline: number): Promise<void>;
  /** Stops accepting, lets requests under way finish for up to `deadline` milliseconds, then ends every connection. */
  close(deadline?: number): Promise<void>;
}

export class ListenFailed extends Error {
  readonly code = 'http.listen-failed';
}

/** Rejects with ListenFailed. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listen, shared, log, metrics, clock = systemClock } = options;
  const { proxies = new TrustedProxies(), accessLog = 'off' } = options;
  const delayed = new DelayedAnswers(clock);
  const server: ServerState = { log, metrics, clock, draining: false, inFlight: 0, delayed, proxies, accessLog };
  const ports: number[] = [];
  const connections = new ConnectionLimit({
    perAddress: options.connectionsPerAddress ?? Number.POSITIVE_INFINITY,
    isProxy: (address) => proxies.has(address),
    count: () => connectionsByAddress(ports),
    refused: (address) => options.audit?.connectionRefused(address),
    clock,
    log,
  });
  const app = App();
  bound(app, connections);
  register(app, options.routes, server);
  const plain = await listenOn(app, listen, shared ? LISTEN_SHARED : LIBUS_LISTEN_EXCLUSIVE_PORT);
  const tls = await startTls(options, server, connections).catch((error: unknown) => {
    plain.close();
    throw error;
  });
  ports.push(plain.port, ...(tls === null ? [] : [tls.port]));
  let closing: Promise<void> | null = null;
  const apps = () => (tls === null ? [plain] : [plain, tls]);
  return {
    port: plain.port,
    tlsPort: tls?.port ?? null,
    get inFlight() {
      return server.inFlight;
    },
    get connections() {
      return connections.open;
    },
    leave(deadline) {
      if (shared) for (const app of apps()) app.stopListening();
      return finish(server, deadline);
    },
    close(deadline = 5000) {
      closing ??= shutDown(apps(), server, deadline);
      return closing;
    },
  };
}

/** TLS 1.2 with forward secrecy, and 1.3. */
const CIPHERS = 'ECDHE+AESGCM:ECDHE+CHACHA20';

/** Every connection is counted; one too many of its address is closed before anything of it is read. */
function bound(app: TemplatedApp, connections: ConnectionLimit): void {
  const changed = (res: UwsResponse, change: number) => {
    if (change < 0) connections.closed();
    else if (!connections.opened(() => addressOf(res))) res.close();
  };
  app.filter(changed);
}

async function startTls(
  { tls = null, routes, audit }: HttpServerOptions,
  server: ServerState,
  connections: ConnectionLimit,
): Promise<TlsListener | null> {
  if (tls === null) return null;
  const { listen, files } = tls;
  return TlsListener.start({
    files,
    clock: server.clock,
    log: server.log,
    changed: (change) => audit?.tlsChanged(change),
    async open({ cert, key, clientCa }, port) {
      const ca = clientCa === null ? {} : { ca_file_name: clientCa };
      const app = SSLApp({ cert_file_name: cert, key_file_name: key, ssl_ciphers: CIPHERS, ...ca });
      bound(app, connections);
      register(app, routes, server);
      // Shared: the next certificate's app listens before this one stops to.
      return listenOn(app, { host: listen.host, port: port ?? listen.port }, LISTEN_SHARED);
    },
  });
}

async function listenOn(
  app: TemplatedApp,
  { host, port }: { readonly host: string; readonly port: number },
  options: number,
): Promise<ListeningApp> {
  const socket = await new Promise<ListenSocket | false>((resolve) => {
    app.listen(host, port, options, resolve);
  });
  if (socket === false) {
    app.close();
    throw new ListenFailed(`cannot listen on ${host}:${port}: in use, or not an address of this machine`);
  }
  let isListening = true;
  return {
    port: us_socket_local_port(socket),
    stopListening() {
      if (isListening) us_listen_socket_close(socket);
      isListening = false;
    },
    close: () => void app.close(),
  };
}

async function finish(server: ServerState, deadline: number): Promise<void> {
  server.draining = true;
  const end = server.clock.monotonic() + deadline;
  while (server.inFlight > 0 && server.clock.monotonic() < end) {
    await new Promise((resolve) => setTimeout(resolve, CLOSE_LOOK_EVERY));
  }
}

async function shutDown(
  apps: readonly Pick<ListeningApp, 'stopListening' | 'close'>[],
  server: ServerState,
  deadline: number,
): Promise<void> {
  for (const app of apps) app.stopListening();
  await finish(server, deadline);
  if (server.inFlight > 0)
    server.log.warn(
      { event: 'http.closed-with-requests-under-way', requests: server.inFlight },
      'stopped with requests under way',
    );
  for (const app of apps) app.close();
}
