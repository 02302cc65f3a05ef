/**
 * The role that takes alerts in and answers the API. The port is served from the start on: until NATS is there, and whenever
 * it is gone, readyz and every webhook answer 503.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { describePosture } from '../access/posture.ts';
import type { Alert } from '../alert/alert.ts';
import { dryRun } from '../alert/dry-run.ts';
import { type Authority, guarded } from '../api/guard.ts';
import { CommandUnanswered } from '../api/operator-ports.ts';
import { askPartition } from '../bus/ask-partition.ts';
import type { Bus } from '../bus/connection.ts';
import { type FramePublisher, framePublisher, type IngestGauge, watchIngest } from '../bus/ingest.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { AcceptedMessages } from '../ingress/accepted-messages.ts';
import type { AccessLogMode } from '../ingress/access-log.ts';
import { TrustedProxies } from '../ingress/address.ts';
import { AuthFailures } from '../ingress/auth-failures.ts';
import type { IngressSource } from '../ingress/authenticate.ts';
import { compressing } from '../ingress/compress.ts';
import { Gate } from '../ingress/gate.ts';
import { createGroupCommit, type GroupCommit } from '../ingress/group-commit.ts';
import { type HttpAudit, type HttpServer, ListenFailed, startHttpServer } from '../ingress/http.ts';
import { TokenVerifier } from '../ingress/jwt.ts';
import { createMediaReader } from '../ingress/media-reader.ts';
import { systemRandom } from '../ingress/random.ts';
import type { Route } from '../ingress/route.ts';
import { ingressRoutes } from '../ingress/routes.ts';
import { TlsFilesWrong } from '../ingress/tls-listener.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { JwtAuth } from '../resources/source-auth.ts';
import { Beat } from '../telemetry/beat.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { AuditTrail, Refusal } from './audit-trail.ts';
import { audited } from './audited.ts';
import { createAuthority, currentPosture, findKey, listensOnLoopback } from './authority.ts';
import type { Environment, Tls } from './environment.ts';
import type { KeyStore } from './key-store.ts';
import { PROCESS } from './process-name.ts';
import { followSourceHosts } from './source-hosts.ts';
import type { AskStanding } from './standing.ts';
import { StartFailed } from './start-failed.ts';

/** Between the departures of frames, while alerts come. Milliseconds. */
const FRAME_SPACING = 2;
/** How full the fullest inbox is when bulk sources have to wait; the others wait from twice that on (bus/ingest.ts). */
const SHED_BULK_FROM = 0.25;

export interface IngressRoleOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Several ingress processes may listen on the port. */
  readonly shared: boolean;
  /** Whose word on the client's address is taken. */
  readonly trustedProxies: readonly string[];
  /** Asked for host names of sources; empty: the system's. */
  readonly dnsServers: readonly string[];
  readonly accessLog: AccessLogMode;
  readonly connectionsPerAddress: number;
  readonly audit: Pick<AuditTrail, 'command' | 'refused' | 'post'>;
  /** Where people reach this Herald, when that was said. */
  readonly externalUrl: string | null;
  readonly apiAccess: Environment['apiAccess'];
  readonly keys: KeyStore;
  readonly tls: Tls | null;
  readonly resources: () => ResourceSet;
  onResources(listener: (set: ResourceSet) => void): void;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Routes besides webhooks and health: the operators' API. */
  readonly routes: readonly Route[];
  /** For dry runs. */
  readonly standing: AskStanding;
  /** What keeps this process from being ready besides NATS; empty when nothing does. */
  notReady(): readonly string[];
}

export interface IngressRole {
  readonly port: number;
  /** How far the API is open, for people. */
  access(): string;
  /** From now on alerts are accepted. */
  useBus(bus: Bus, count: PartitionCount): void;
  /** What keeps it from accepting; empty: it accepts. */
  notReady(): readonly string[];
  /** readyz says 503 from now on. */
  drain(): void;
  stop(deadline: number): Promise<void>;
}

interface Connected {
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly publisher: FramePublisher;
  readonly groupCommit: GroupCommit;
  readonly gauge: IngestGauge;
}

/** Throws StartFailed when the port cannot be had. */
export async function startIngress(options: IngressRoleOptions): Promise<IngressRole> {
  const { log, metrics, resources } = options;
  let connected: Connected | null = null;
  let draining = false;
  const groupCommit: GroupCommit = {
    submit: async (alerts, receipt, receivedAt) =>
      connected === null ? { code: 'ingest.unavailable' } : connected.groupCommit.submit(alerts, receipt, receivedAt),
    get waiting() {
      return connected?.groupCommit.waiting ?? 0;
    },
  };
  const tryOut = async (alert: Alert) => {
    const { policy } = resources();
    const now = systemClock.now();
    const standing = await options.standing(alert.tenant, policy, now);
    return { ...dryRun(policy, alert, now, standing ?? null), policy: policy.hash, runtime: standing !== undefined };
  };
  const tokens = new TokenVerifier(systemClock, log);
  const media = createMediaReader(log);
  const failures = new AuthFailures();
  const hosts = followSourceHosts(options.dnsServers, options, metrics, systemClock, log);
  const access = {
    mode: options.apiAccess,
    loopback: listensOnLoopback(options),
    names: options.externalUrl === null ? [] : [new URL(options.externalUrl).hostname],
    signIn: () => resources().signIn,
    keys: options.keys,
  };
  const judge = createAuthority({ ...access, tokens, failures, clock: systemClock, log });
  const authority: Authority = {
    ...judge,
    denied(denial) {
      const { code, method, route, address, by, url } = denial;
      options.audit.refused({ code, subject: `${method} ${route}`, address, by, detail: url });
      return judge.denied(denial);
    },
  };
  const intake = {
    findSource: sourceFinder(resources),
    sources: () => resources().sources.values(),
    refused: (refusal: Refusal) => options.audit.refused(refusal),
    admitting: () => connected?.gauge.admitting() ?? false,
    sheddingBulk: () => connected !== null && connected.gauge.fill >= SHED_BULK_FROM,
    gate: new Gate(hosts),
    media,
    groupCommit,
    clock: systemClock,
    random: systemRandom(),
    failures,
    messages: new AcceptedMessages(),
    async acknowledge(subject: { readonly tenant: string; readonly fingerprint: string; readonly by: string }) {
      if (connected === null) throw new CommandUnanswered('NATS has not been reached yet');
      const id = randomUUID();
      const entry = { kind: 'command', action: 'acknowledge', comment: '', id, ...subject } as const;
      const { bus, publisher, count } = connected;
      await options.audit.command(audited(entry), () => askPartition(bus, publisher, count, entry, id));
    },
    findKey: (secret: string) => findKey(access, secret),
    verifyToken: (auth: JwtAuth, token: string, now: number) => tokens.verify(auth, token, now),
    log,
    metrics: metrics.alerts,
  };
  const own = ingressRoutes({ ...intake, dryRun: tryOut }, { ready, metrics: metrics.text });
  const routes = [...own, ...options.routes].map((route) => compressing(guarded(route, authority)));
  const server = await listen(options, routes).catch((error: unknown) => {
    hosts.close();
    throw error;
  });
  const posture = currentPosture(access);
  log[posture.open && !access.loopback ? 'warn' : 'info'](
    { event: 'api.access', code: posture.code },
    `the API is ${describePosture(posture)}`,
  );

  function ready() {
    const reasons = notReady();
    return { ok: reasons.length === 0, reasons };
  }

  function notReady(): readonly string[] {
    const reasons = [...options.notReady()];
    if (draining) reasons.push('shutting down');
    if (connected === null) reasons.push('NATS has not been reached yet');
    else if (!connected.bus.connected()) reasons.push('the connection to NATS is lost');
    else if (!connected.gauge.admitting())
      reasons.push('the store of waiting alerts is nearly full or does not answer');
    return reasons;
  }

  return {
    port: server.port,
    access: () => describePosture(currentPosture(access)),
    useBus(bus, count) {
      const prefix = randomBytes(9).toString('base64url');
      const publisher = framePublisher(bus);
      const beat = new Beat(systemClock, FRAME_SPACING);
      connected = {
        bus,
        count,
        publisher,
        gauge: watchIngest(bus, count, systemClock),
        groupCommit: createGroupCommit({
          publisher,
          partitions: count,
          prefix,
          clock: systemClock,
          log,
          metrics: metrics.alerts,
          atEndOfTurn: (flush) => setImmediate(() => void beat.next().then(flush)),
        }),
      };
    },
    notReady,
    drain() {
      draining = true;
    },
    async stop(deadline) {
      await server.close(deadline);
      hosts.close();
      connected?.gauge.stop();
      await tokens.close();
      await media.close();
    },
  };
}

async function listen(options: IngressRoleOptions, routes: readonly Route[]): Promise<HttpServer> {
  try {
    return await startHttpServer({
      ...options,
      audit: httpAudit(options.audit),
      routes,
      metrics: options.metrics.http,
      clock: systemClock,
      proxies: new TrustedProxies(options.trustedProxies),
    });
  } catch (error) {
    if (error instanceof ListenFailed || error instanceof TlsFilesWrong)
      throw new StartFailed(error.message, { cause: error });
    throw error;
  }
}

function httpAudit(audit: IngressRoleOptions['audit']): HttpAudit {
  return {
    connectionRefused: (address) =>
      audit.refused({ code: 'connections.too-many', subject: 'connection', address, by: null }),
    tlsChanged: ({ event, cert, detail }) => audit.post({ event, what: cert, subject: '', by: PROCESS, detail }),
  };
}

export function sourceFinder(resources: () => ResourceSet): (name: string) => IngressSource | null {
  return (name) => resources().sources.get(name) ?? null;
}
