/** An ingress on a free loopback port with everything behind it under the test's control. */

import assert from 'node:assert/strict';
import type { AlertEntry } from '../../alert/entry.ts';
import { decodeFrame } from '../../bus/frame.ts';
import type { PartitionName } from '../../bus/partition.ts';
import { freePort } from '../../gateway/free-port.ts';
import { AcceptedMessages } from '../../ingress/accepted-messages.ts';
import type { AccessLogMode } from '../../ingress/access-log.ts';
import { TrustedProxies } from '../../ingress/address.ts';
import { alertmanagerApiRoute } from '../../ingress/alertmanager-api.ts';
import { AuthFailures } from '../../ingress/auth-failures.ts';
import { enqueueRoute } from '../../ingress/enqueue.ts';
import { Gate, type HostAddresses } from '../../ingress/gate.ts';
import { FrameGroupCommit, type FramePublisher } from '../../ingress/group-commit.ts';
import { handshakeRoute } from '../../ingress/handshake.ts';
import { healthRoutes } from '../../ingress/health.ts';
import { type HttpServer, startHttpServer } from '../../ingress/http.ts';
import { TokenVerifier } from '../../ingress/jwt.ts';
import { createMediaReader } from '../../ingress/media-reader.ts';
import { systemRandom } from '../../ingress/random.ts';
import type { Route } from '../../ingress/route.ts';
import type { IngressSource } from '../../ingress/source.ts';
import { sourcePathRoute } from '../../ingress/source-paths.ts';
import type { TlsChange, TlsFiles } from '../../ingress/tls-listener.ts';
import { webhookRoute } from '../../ingress/webhook.ts';
import type { JwtAuth } from '../../resources/source-auth.ts';
import { type Log, silentLog } from '../../telemetry/log.ts';
import { createMetrics, type Metrics } from '../../telemetry/metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

export interface PublishedFrame {
  readonly partition: PartitionName;
  readonly messageId: string;
  readonly bytes: number;
  readonly entries: readonly AlertEntry[];
}

/** Stores frames at once, unless told to hold or to fail. */
export class FakePublisher implements FramePublisher {
  readonly frames: PublishedFrame[] = [];
  maxFrameBytes = 512 * 1024;
  /** The code to fail with. */
  failing: 'ingest.full' | 'ingest.unavailable' | null = null;
  #held: (() => void)[] | null = null;

  async publish(partition: PartitionName, data: Uint8Array, messageId: string): Promise<void> {
    assert.ok(data.length <= this.maxFrameBytes, `a frame of ${data.length} bytes`);
    const entries = decodeFrame(data).entries as readonly AlertEntry[];
    if (this.#held !== null) await new Promise<void>((resolve) => this.#held?.push(resolve));
    if (this.failing !== null) throw Object.assign(new Error('refused by the test'), { code: this.failing });
    this.frames.push({ partition, messageId, bytes: data.length, entries });
  }

  hold(): void {
    this.#held ??= [];
  }

  get held(): number {
    return this.#held?.length ?? 0;
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const go of held) go();
  }

  get entries(): readonly AlertEntry[] {
    return this.frames.flatMap((frame) => frame.entries);
  }
}

export interface Door {
  readonly server: HttpServer;
  readonly port: number;
  readonly url: string;
  readonly publisher: FakePublisher;
  readonly clock: FakeClock;
  readonly metrics: Metrics;
  readonly tokens: TokenVerifier;
  readonly sources: Map<string, IngressSource>;
  readonly refusals: {
    readonly code: string;
    readonly subject: string;
    readonly address: string;
    readonly by: string | null;
  }[];
  readonly tlsChanges: TlsChange[];
  readonly acknowledged: { readonly tenant: string; readonly fingerprint: string; readonly by: string }[];
  readonly state: { admitting: boolean; sheddingBulk: boolean; reasons: string[] };
}

const SOURCES: readonly IngressSource[] = [
  source('alertmanager', 'alertmanager'),
  source('grafana', 'grafana'),
  source('prometheus', 'prometheus'),
  source('herald', 'herald'),
  source('cloudevents', 'cloudevents'),
  source('pagerduty', 'pagerduty'),
  { ...source('guarded', 'herald'), auth: { type: 'bearer', tokens: ['sesame', 'older-sesame'] } },
  { ...source('small', 'herald'), maxBodyBytes: 1000 },
];

export function source(name: string, format: string): IngressSource {
  return {
    name,
    tenant: 'default',
    format,
    auth: { type: 'none' },
    access: null,
    bulk: false,
    maxBodyBytes: 32 * 1024 * 1024,
  };
}

export interface DoorOptions {
  readonly log?: Log;
  readonly trustedProxies?: readonly string[];
  readonly accessLog?: AccessLogMode;
  readonly tls?: TlsFiles;
  readonly connectionsPerAddress?: number;
  /** Left out: no name has an address. */
  readonly hosts?: HostAddresses;
  /** Left out: every alert is routed. */
  readonly dryRun?: () => unknown;
  /** Milliseconds that the reading of a body that is not JSON may take. */
  readonly mediaLimit?: number;
}

export async function openDoor(extra: readonly Route[] = [], options: DoorOptions = {}): Promise<Door> {
  const { log = silentLog, trustedProxies = [], accessLog = 'off', tls, connectionsPerAddress, mediaLimit } = options;
  const { hosts = { find: () => 'hosts.none-of-them' } } = options;
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const metrics = createMetrics();
  const sources = new Map(SOURCES.map((one) => [one.name, one]));
  const refusals: Door['refusals'] = [];
  const tlsChanges: TlsChange[] = [];
  const acknowledged: Door['acknowledged'] = [];
  const state = { admitting: true, sheddingBulk: false, reasons: [] as string[] };
  const groupCommit = new FrameGroupCommit({
    publisher,
    partitions: { alert: 8, channel: 2 },
    prefix: 'test',
    clock,
    log: silentLog,
    metrics: metrics.alerts,
  });
  const tokens = new TokenVerifier(clock, log);
  atEnd(() => tokens.close());
  const media = createMediaReader(clock, log, mediaLimit);
  atEnd(() => media.close());
  const ports = {
    findSource: (name: string) => sources.get(name) ?? null,
    sources: () => sources.values(),
    findKey: () => ({ code: 'access.wrong' as const }),
    admitting: () => state.admitting,
    sheddingBulk: () => state.sheddingBulk,
    gate: new Gate(hosts),
    media,
    groupCommit,
    clock,
    random: systemRandom(),
    failures: new AuthFailures(),
    messages: new AcceptedMessages(),
    refused: (refusal: Door['refusals'][number]) => void refusals.push(refusal),
    async acknowledge(subject: { readonly tenant: string; readonly fingerprint: string; readonly by: string }) {
      if (publisher.failing !== null) throw new Error('refused by the test');
      acknowledged.push(subject);
    },
    verifyToken: (auth: JwtAuth, token: string, now: number) => tokens.verify(auth, token, now),
    log,
    metrics: metrics.alerts,
    dryRun: options.dryRun ?? (() => ({ code: 'route.matched' })),
  };
  const server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    shared: false,
    routes: [
      webhookRoute(ports),
      enqueueRoute(ports),
      handshakeRoute(ports.findSource),
      sourcePathRoute({ ...ports, sourceAt: (path: string) => sources.get(path) ?? null }),
      alertmanagerApiRoute(ports),
      ...healthRoutes({
        ready: () => ({ ok: state.reasons.length === 0, reasons: state.reasons }),
        metrics: () => metrics.text(),
      }),
      ...extra,
    ],
    audit: { connectionRefused: () => {}, tlsChanged: (change) => void tlsChanges.push(change) },
    log,
    metrics: metrics.http,
    clock,
    proxies: new TrustedProxies(trustedProxies),
    accessLog,
    ...(connectionsPerAddress !== undefined && { connectionsPerAddress }),
    tls: tls === undefined ? null : { listen: { host: '127.0.0.1', port: await freePort() }, files: tls },
  });
  atEnd(() => server.close(0));
  return {
    server,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    publisher,
    clock,
    metrics,
    tokens,
    sources,
    acknowledged,
    refusals,
    tlsChanges,
    state,
  };
}

/** A refusal of credentials waits for the clock, which stands still: it is moved while the answer is not there. */
export async function answered<Answer>(door: Door, asked: Promise<Answer>): Promise<Answer> {
  let isThere = false;
  const arrived = asked.finally(() => {
    isThere = true;
  });
  await until('an answer', () => {
    door.clock.advance(25);
    return isThere;
  });
  return arrived;
}

/** The smallest alert in Herald's own format. */
export function alertNamed(name: string): { readonly labels: Readonly<Record<string, string>> } {
  return { labels: { alertname: name } };
}
