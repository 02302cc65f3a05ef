/**
 * One connection to NATS. The client reconnects for ever; what is published while it is disconnected is lost by the client,
 * so that every publish here waits for an acknowledgement and is repeated by its caller under the same message id.
 */

import { isIP } from 'node:net';
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import {
  AuthorizationError,
  ConnectionError,
  connect,
  type NatsConnection,
  NoRespondersError,
  RequestError,
  TimeoutError,
  type TlsOptions,
} from '@nats-io/transport-node';
import type { Log } from '../telemetry/log.ts';
import { Acknowledgements } from './acknowledgements.ts';

export interface Bus {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly acknowledgements: Acknowledgements;
  readonly jsm: JetStreamManager;
  readonly kvm: Kvm;
  readonly objm: Objm;
  /** Largest payload that the server takes, in bytes. */
  readonly maxPayload: number;
  readonly log: Log;
  readonly serverVersion: string;
  connected(): boolean;
  /** Calls back on every loss of the connection and every return of it; the returned function ends that. */
  onChange(listener: (connected: boolean) => void): () => void;
  /** Flushes and closes. */
  close(): Promise<void>;
}

export class BusUnreachable extends Error {
  readonly code = 'bus.unreachable';

  /** A server answers, and does not take who we say we are. */
  get isRefused(): boolean {
    return this.cause instanceof AuthorizationError;
  }
}

/**
 * The server, or the stream that is asked for, is not there now, or it refuses: asking again later may help, once a person has mended
 * what bus/what-to-mend.ts knows of.
 */
export function isOutage(error: unknown): boolean {
  return OUTAGES.some((kind) => error instanceof kind) || isWithoutJetStream(error);
}

/** Nothing answers for JetStream, or not for this account. The client does not export that error. */
function isWithoutJetStream(error: unknown): boolean {
  return error instanceof Error && error.name === 'JetStreamNotEnabled';
}

const OUTAGES = [BusUnreachable, TimeoutError, RequestError, NoRespondersError, ConnectionError, JetStreamApiError];

export interface BusOptions {
  readonly url: string;
  /** Shown by the server's monitoring. */
  readonly name: string;
  readonly log: Log;
  /** How long to try before giving up, in milliseconds; 0: once. */
  readonly patience?: number;
  /** Gives up as soon as it aborts. */
  readonly signal?: AbortSignal;
}

/** Throws BusUnreachable when no server with JetStream answers within `patience` (default 5 s). */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { nc, jsm } = await firstContact(options);
  const acknowledgements = new Acknowledgements(nc);
  const listeners = new Set<(connected: boolean) => void>();
  let connected = true;
  const change = (now: boolean) => {
    if (connected === now) return;
    connected = now;
    options.log.warn({ event: now ? 'bus.reconnected' : 'bus.disconnected' }, now ? 'NATS is back' : 'NATS is gone');
    if (now) acknowledgements.reconnected();
    for (const listener of [...listeners]) listener(now);
  };
  void watchStatus(nc, change);
  return {
    nc,
    js: jetstream(nc, { timeout: 5000 }),
    acknowledgements,
    jsm,
    kvm: new Kvm(nc),
    objm: new Objm(nc),
    log: options.log,
    maxPayload: nc.info?.max_payload ?? 1024 * 1024,
    serverVersion: nc.info?.version ?? 'unknown',
    connected: () => connected && !nc.isClosed(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (nc.isClosed()) return;
      if (connected) await nc.drain().catch(() => nc.close());
      else await nc.close();
    },
  };
}

async function watchStatus(nc: NatsConnection, change: (connected: boolean) => void): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === 'disconnect' || status.type === 'staleConnection') change(false);
    else if (status.type === 'reconnect') change(true);
  }
}

/**
 * The client does not read who it is out of an URL: nats://USER:PASSWORD@host, or nats://TOKEN@host. The first that says so counts for all. Nor
 * does it read tls:// there: it would take what the server says of itself, in the clear. One that says so counts for all.
 */
function serversOf(url: string) {
  const servers = url.split(',').map((one) => one.trim());
  const secured = servers.some((one) => one.startsWith('tls://')) ? { tls: tlsOf(servers) } : {};
  const who = servers.map((one) => /^\w+:\/\/([^/@]+)@/.exec(one)?.[1]).find((one) => one !== undefined);
  const plain = servers.map((one) => one.replace(/\/\/[^/@]+@/, '//'));
  if (who === undefined) return { servers: plain, ...secured };
  const [user = '', pass] = who.split(/:(.*)/s).map(decodeURIComponent);
  return { servers: plain, ...secured, ...(pass === undefined ? { token: user } : { user, pass }) };
}

/** The client hands the name of a server on to be found in its certificate, and of an address nothing: it would be taken for localhost. */
function tlsOf(servers: readonly string[]): TlsOptions {
  const [host = ''] = servers.map((one) => new URL(one).hostname.replace(/^\[|\]$/g, ''));
  return servers.length === 1 && isIP(host) !== 0 ? ({ host } as TlsOptions) : {};
}

async function firstContact({
  url,
  name,
  patience = 5000,
  signal,
}: BusOptions): Promise<{ nc: NatsConnection; jsm: JetStreamManager }> {
  const end = performance.now() + patience;
  let cause: unknown;
  do {
    let nc: NatsConnection | null = null;
    try {
      nc = await connect({
        ...serversOf(url),
        name,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        pingInterval: 1000,
        maxPingOut: 2,
        timeout: 2000,
        // Two stack traces for each request otherwise, which only an error would show.
        noAsyncTraces: true,
      });
      return { nc, jsm: await jetstreamManager(nc, { timeout: 2000 }) };
    } catch (error) {
      cause = error;
      await nc?.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } while (performance.now() < end && signal?.aborted !== true);
  throw new BusUnreachable(
    `no NATS server with JetStream answers at ${url.replace(/\/\/[^/@,]*@/g, '//***@')}${patience === 0 ? '' : ` (tried for ${patience} ms)`}`,
    { cause },
  );
}
