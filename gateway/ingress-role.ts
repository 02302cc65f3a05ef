/**
 * The role that takes alerts in and answers the API. The port is served from the start on: until NATS is there, and whenever
 * it is gone, readyz and every webhook answer 503.
 */

import { describePosture } from '../access/posture.ts';
import { type Authority, guarded } from '../api/guard.ts';
import type { Bus } from '../bus/connection.ts';
import type { PartitionCount } from '../bus/partition.ts';
import type { AccessLogMode } from '../ingress/access-log.ts';
import { TrustedProxies } from '../ingress/address.ts';
import { AuthFailures } from '../ingress/auth-failures.ts';
import { compressing } from '../ingress/compress.ts';
import { type HttpAudit, type HttpServer, ListenFailed, startHttpServer } from '../ingress/http.ts';
import { TokenVerifier } from '../ingress/jwt.ts';
import { createMediaReader } from '../ingress/media-reader.ts';
import type { Route } from '../ingress/route.ts';
import { ingressRoutes } from '../ingress/routes.ts';
import { sourcePathRoute } from '../ingress/source-paths.ts';
import { TlsFilesWrong } from '../ingress/tls-listener.ts';
import { turningAway } from '../ingress/turn-away.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { JwtAuth } from '../resources/source-auth.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { AuditTrail } from './audit-trail.ts';
import { type AuthorityOptions, createAuthority, currentPosture, listensOnLoopback } from './authority.ts';
import type { Environment, Tls } from './environment.ts';
import { IngressLink } from './ingress-link.ts';
import type { KeyStore } from './key-store.ts';
import { PROCESS } from './process-name.ts';
import { followSourceHosts } from './source-hosts.ts';
import type { AskStanding } from './standing.ts';
import { StartFailed } from './start-failed.ts';
import { webhookPorts } from './webhook-ports.ts';

export interface IngressRoleOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Several ingress processes may listen on the port. */
  readonly shared: boolean;
  /** Workers decide in this process, too. */
  readonly besideWorkers: boolean;
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
  /** What a person has to mend at NATS before it can be used; null: nothing is known of that. */
  hindrance(): string | null;
  /** What is wrong in this process and keeps it from nothing that is asked of it here. */
  notes(): readonly string[];
}

export interface IngressRole {
  readonly port: number;
  /** How far the API is open, for people. */
  access(): string;
  /** From now on alerts are accepted. */
  useBus(bus: Bus, count: PartitionCount): void;
  /** What keeps it from accepting; empty: it accepts. */
  notReady(): readonly string[];
  /** readyz says 503 from now on, and what comes anew is turned away. Resolves when what was under way is done, or after `deadline` milliseconds. */
  leave(deadline: number): Promise<void>;
  stop(deadline: number): Promise<void>;
}

/** Throws StartFailed when the port cannot be had. */
export async function startIngress(options: IngressRoleOptions): Promise<IngressRole> {
  const { log, metrics } = options;
  let isLeaving = false;
  const link = new IngressLink({
    clock: systemClock,
    log,
    metrics: metrics.alerts,
    besideWorkers: options.besideWorkers,
  });
  const tokens = new TokenVerifier(systemClock, log);
  options.onResources((set) => void tokens.keepOnly(issuersIn(set)));
  const media = createMediaReader(systemClock, log);
  const failures = new AuthFailures();
  const hosts = followSourceHosts(options.dnsServers, options, metrics, systemClock, log);
  const access = accessOf(options);
  const judge = createAuthority({ ...access, tokens, failures, clock: systemClock, log });
  const authority = auditing(judge, options.audit);
  const ports = webhookPorts(options, { link, hosts, media, tokens, failures, access });
  const own = [...ingressRoutes(ports, { ready, metrics: metrics.text }), sourcePathRoute(ports)];
  const routes = [...own, ...options.routes].map((route) =>
    turningAway(compressing(guarded(route, authority)), () => isLeaving),
  );
  const server = await listen(options, routes).catch((error: unknown) => {
    hosts.close();
    throw error;
  });
  logPosture(access, log);

  function ready() {
    const reasons = notReady();
    return { ok: reasons.length === 0, reasons, notes: options.notes() };
  }

  function notReady(): readonly string[] {
    const problem = options.hindrance() ?? link.problem();
    return [...options.notReady(), ...(isLeaving ? ['shutting down'] : []), ...(problem === null ? [] : [problem])];
  }

  return {
    port: server.port,
    access: () => describePosture(currentPosture(access)),
    useBus: (bus, count) => link.useBus(bus, count),
    notReady,
    leave(deadline) {
      isLeaving = true;
      return server.leave(deadline);
    },
    async stop(deadline) {
      await server.close(deadline);
      hosts.close();
      link.stop();
      await tokens.close();
      await media.close();
    },
  };
}

/** Whose tokens are taken, of senders and of people. */
function issuersIn({ sources, signIn }: ResourceSet): JwtAuth[] {
  const senders = [...sources.values()].flatMap(({ auth }) => (auth.type === 'jwt' ? [auth] : []));
  return [...senders, ...signIn.issuers.map(({ auth }) => auth)];
}

type Access = Pick<AuthorityOptions, 'mode' | 'loopback' | 'names' | 'signIn' | 'keys'>;

function accessOf({ apiAccess, listen, tls, externalUrl, resources, keys }: IngressRoleOptions): Access {
  return {
    mode: apiAccess,
    loopback: listensOnLoopback({ listen, tls }),
    names: externalUrl === null ? [] : [new URL(externalUrl).hostname],
    signIn: () => resources().signIn,
    keys,
  };
}

function logPosture(access: Access, log: Log): void {
  const posture = currentPosture(access);
  log[posture.open && !access.loopback ? 'warn' : 'info'](
    { event: 'api.access', code: posture.code },
    `the API is ${describePosture(posture)}`,
  );
}

/** Whom it turns away is audited. */
function auditing(judge: Authority, audit: IngressRoleOptions['audit']): Authority {
  return {
    ...judge,
    denied(denial) {
      const { code, method, route, address, by, url } = denial;
      audit.refused({ code, subject: `${method} ${route}`, address, by, detail: url });
      return judge.denied(denial);
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
