/** One process with its roles: what it opens, what it serves, and in which order it stops. */

import { Buffer } from 'node:buffer';
import type { HttpServer } from '../ingress/http.ts';
import { auditStopped } from './audited-process.ts';
import { connect } from './connect.ts';
import { type Core, closeCore, followResources, type HeraldOptions, openCore } from './core.ts';
import { startHealthServer } from './health-server.ts';
import { type IngressRole, startIngress } from './ingress-role.ts';
import { partitionCount } from './open-bus.ts';
import { operatorApi } from './operator-api.ts';
import { notesBeside, notReady, notReadyWithoutIngress } from './readiness.ts';
import type { Step } from './shutdown.ts';
import { standingOf } from './standing.ts';

export interface Herald {
  /** Port of HTTP, where the ingress role runs here. */
  readonly port: number | null;
  /** How far the API is open, where it is served here. */
  access(): string | null;
  /** Whether every role runs; false: it was stopped before. Rejects when one cannot (StartFailed and the like). */
  readonly running: Promise<boolean>;
  /** At the resources: what their watch may have missed. */
  lookAgain(): void;
  stopSteps(): readonly Step[];
}

/** What is left of the 10 s for requests under way. Milliseconds. */
const FINISH_REQUESTS = 2000;
/** For those that were turned away meanwhile. Milliseconds. */
const FINISH_ANSWERS = 200;

/**
 * Bytes that Node asks the system for at once, to cut small buffers from. With its own 8 KB a frame gets memory of its own and bodies share
 * theirs with few others: accepting takes 4 % longer (docs/decisions/92). A worker keeps some of its small buffers, each of which would
 * keep all of that.
 */
const INGRESS_POOL = 64 * 1024;

/** Throws StartFailed. Returns once HTTP is served; connecting to NATS goes on behind it for as long as it takes. */
export async function createHerald(options: HeraldOptions): Promise<Herald> {
  const core = await openCore(options);
  if (core.has('ingress') && !core.has('actors')) Buffer.poolSize = INGRESS_POOL;
  followResources(core);
  const ingress = await serveIngress(core);
  const health = await serveHealth(core, ingress);
  return {
    port: ingress?.port ?? null,
    access: () => ingress?.access() ?? null,
    running: connect(core, ingress),
    lookAgain: () => core.resources?.look(),
    stopSteps: () => stopSteps(core, ingress, health),
  };
}

async function serveIngress(core: Core): Promise<IngressRole | null> {
  const { environment, has, resources, keys, secrets, runTime, metrics, audit, context, parts, log } = core;
  if (resources === null || !has('ingress')) return null;
  const bus = () => parts.bus;
  const count = partitionCount(environment.partitions);
  return startIngress({
    listen: environment.listen,
    shared: !has('actors'),
    besideWorkers: has('actors'),
    trustedProxies: environment.trustedProxies,
    accessLog: environment.accessLog,
    connectionsPerAddress: environment.connectionsPerAddress,
    externalUrl: environment.externalUrl,
    apiAccess: environment.apiAccess,
    keys,
    tls: environment.tls,
    resources: resources.current,
    onResources: resources.onChange,
    dnsServers: environment.dnsServers,
    metrics,
    log,
    routes: operatorApi({ bus, count, resources, keys, secrets, runTime, audit, log, context }),
    audit,
    standing: standingOf(bus),
    notReady: () => notReady(parts, has('actors')),
    hindrance: () => parts.hindrance,
    notes: () => notesBeside(parts),
  });
}

async function serveHealth(core: Core, ingress: IngressRole | null): Promise<HttpServer | null> {
  const { environment, roles, metrics, parts, stop, log } = core;
  if (environment.healthListen === null) return null;
  return startHealthServer({
    listen: environment.healthListen,
    metrics,
    log,
    notReady: () => ingress?.notReady() ?? notReadyWithoutIngress(parts, roles, stop.signal),
    notes: () => (ingress === null ? [] : notesBeside(parts)),
  });
}

/** First no more comes in, then what was decided goes out, then the ground is taken away. */
function stopSteps(core: Core, ingress: IngressRole | null, health: HttpServer | null): Step[] {
  const { parts, roles, audit } = core;
  const rest = [...closeCore(core), () => health?.close()];
  return [
    { name: 'requests', run: () => ingress?.leave(FINISH_REQUESTS) },
    { name: 'actors', run: () => parts.actors?.stop() },
    { name: 'archive', run: () => parts.archive?.stop() },
    { name: 'ingress', run: () => ingress?.stop(FINISH_ANSWERS) },
    ...rest.map((run, i) => ({ name: `rest ${i}`, run: () => run() })),
    {
      name: 'audit',
      run() {
        auditStopped(audit, roles);
        return audit.close();
      },
    },
    { name: 'bus', run: () => parts.bus?.close() },
  ];
}
