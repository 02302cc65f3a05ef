/** Wires the roles of one process together: who gets which port of whom. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '../bus/connection.ts';
import { forgetWorkers } from '../bus/lease.ts';
import { answerRuleCounts } from '../bus/rule-counts.ts';
import { senderMemory } from '../bus/sender-memory.ts';
import { createPictures } from '../channels/picture/pictures.ts';
import { createTemplates } from '../channels/template/templates.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startActors } from './actors-role.ts';
import { alertGauge } from './alert-gauge.ts';
import { startArchive } from './archive-role.ts';
import type { AuditTrail } from './audit-trail.ts';
import { auditChanges, auditSignInRefused, auditStarted, auditStopped, openAudit } from './audited-process.ts';
import type { Environment } from './environment.ts';
import { keepEventMasks } from './event-masks.ts';
import { startHealthServer } from './health-server.ts';
import { type IngressRole, startIngress } from './ingress-role.ts';
import { KeyStore } from './key-store.ts';
import { type LiveResources, openResources } from './live-resources.ts';
import { openBus, partitionCount } from './open-bus.ts';
import { archiveQuery, operatorApi } from './operator-api.ts';
import { partitionMetrics } from './partition-metrics.ts';
import { startPlugins } from './plugins.ts';
import { keepPolicyLog } from './policy-log.ts';
import { notReady, notReadyWithoutIngress, type Parts } from './readiness.ts';
import { ruleCountsOf, ruleMetrics } from './rule-standing.ts';
import { RunTime } from './run-time.ts';
import { scheduleGauge } from './schedule-gauge.ts';
import { SecretStore } from './secret-store.ts';
import { Senders } from './senders.ts';
import type { Step } from './shutdown.ts';
import { standingOf } from './standing.ts';
import type { Role } from './start.ts';
import { TextsInForce } from './texts-in-force.ts';
import { sourceFinder } from './webhook-ports.ts';

export interface HeraldOptions {
  readonly environment: Environment;
  readonly roles: readonly Role[];
  readonly natsUrl: string;
  /** The NATS server is ours alone: workers that it remembers are dead. */
  readonly alone: boolean;
  readonly log: Log;
}

export interface Herald {
  /** Port of HTTP, where the ingress role runs here. */
  readonly port: number | null;
  /** How far the API is open, where it is served here. */
  access(): string | null;
  /** Resolves when every role runs; rejects when one cannot (StartFailed and the like). */
  readonly running: Promise<void>;
  stopSteps(): readonly Step[];
}

/** How often a start looks whether its partitions are taken. Milliseconds. */
const SETTLE_LOOK = 20;
/** What is left of the 10 s for requests under way. Milliseconds. */
const FINISH_REQUESTS = 2000;

/** Throws StartFailed. Returns once HTTP is served; connecting to NATS goes on behind it for as long as it takes. */
export async function createHerald(options: HeraldOptions): Promise<Herald> {
  const { environment, roles, natsUrl, log } = options;
  const has = (role: Role) => roles.includes(role);
  const count = partitionCount(environment.partitions);
  const metrics = createMetrics({ process: true });
  const { host } = environment.listen;
  const listening = `http://${host.includes(':') ? `[${host}]` : host}:${environment.listen.port}`;
  const externalURL = environment.externalUrl ?? listening;
  const texts = new TextsInForce();
  const templates = createTemplates({ clock: systemClock, externalURL, declared: texts });
  let inForce: (() => ResourceSet) | null = null;
  const pictures = createPictures({ clock: systemClock, find: (alert) => inForce?.().metricSource(alert) ?? null });
  const context = { clock: systemClock, log, stdout: process.stdout, externalURL, templates, pictures };
  const stop = new AbortController();
  const parts: Parts = { bus: null, actors: null, archive: null };
  const audit = openAudit(environment, () => parts.bus, log);
  const secrets = new SecretStore(environment.secretKeys, systemClock, log);
  const query = archiveQuery(() => parts.bus);
  const needsResources = has('ingress') || has('actors');
  const runTime = new RunTime({ clock: systemClock, log, audit });
  const resources = needsResources
    ? runTime.over(await openResources(environment.config, context, query, secrets.read))
    : null;
  inForce = resources?.current ?? null;
  secrets.onChange(() => resources?.look());
  if (resources !== null) auditChanges(audit, resources);
  const keys = new KeyStore(systemClock, log);
  const senders = new Senders(context, (channel) => senderMemory(() => parts.bus, channel));
  const plugins = startPlugins(metrics, context);
  if (resources !== null && has('actors')) {
    ruleMetrics(metrics, resources.current);
    scheduleGauge(metrics, resources.current, systemClock);
    const use = ({ channels, mask, texts: declaredTexts, plugins: declared, untold }: ResourceSet) => {
      texts.use(declaredTexts);
      // Nothing is sent before NATS was reached, and by then all secrets are known.
      if (!untold) senders.use(channels, mask);
      plugins.use(declared);
    };
    use(resources.current());
    resources.onChange(use);
  }
  const ingress =
    resources !== null && has('ingress')
      ? await startIngress({
          listen: environment.listen,
          shared: !has('actors'),
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
          routes: operatorApi({ bus: () => parts.bus, count, resources, keys, secrets, runTime, audit, log, context }),
          audit,
          standing: standingOf(() => parts.bus),
          notReady: () => notReady(parts, has('actors')),
        })
      : null;

  const health =
    environment.healthListen === null
      ? null
      : await startHealthServer({
          listen: environment.healthListen,
          metrics,
          log,
          notReady: () => ingress?.notReady() ?? notReadyWithoutIngress(parts, roles, stop.signal),
        });

  const connect = async () => {
    const name = `herald ${roles.join('+')}`;
    const sizes = { ingestMaxBytes: environment.ingestMaxBytes };
    const signInRefused = () => auditSignInRefused(audit, roles);
    const bus = await openBus({ url: natsUrl, name, count, sizes, log, signal: stop.signal, signInRefused });
    if (bus === null) return;
    if (resources !== null && environment.secretKeys !== null) await settleSecrets(bus, secrets, resources);
    parts.bus = bus;
    if (options.alone) await forgetWorkers(bus);
    if (ingress !== null) await keys.useBus(bus);
    if (needsResources) await runTime.useBus(bus);
    if (has('archive')) {
      parts.archive = await startArchive({ environment, natsUrl, bus, count, inThread: roles.length > 1, log });
    }
    if (resources !== null && has('actors')) {
      answerRuleCounts(bus.nc, () => ruleCountsOf(resources.current()));
      await keepEventMasks({ bus, resources, clock: systemClock, log, signal: stop.signal });
      keepPolicyLog({ bus, resources, clock: systemClock, log, signal: stop.signal, audit });
      parts.actors = await startActors({
        bus,
        count,
        senders,
        plugins,
        audit,
        metrics: partitionMetrics(metrics),
        log,
        policy: () => resources.current().policy,
        findSource: sourceFinder(resources.current),
        masksBeforeStoring: (tenant) => resources.current().intakeMasks.has(tenant),
      });
      alertGauge(metrics, parts.actors.worker);
    }
    ingress?.useBus(bus, count);
    auditStarted(audit, roles, environment, ingress?.access() ?? null);
    while (!stop.signal.aborted && parts.actors?.worker.settled() === false) await pause(SETTLE_LOOK);
  };
  return {
    port: ingress?.port ?? null,
    access: () => ingress?.access() ?? null,
    running: connect(),
    stopSteps: () =>
      stopSteps(parts, roles, ingress, audit, [
        () => stop.abort(),
        () => resources?.close(),
        () => keys.close(),
        () => runTime.close(),
        () => secrets.close(),
        () => senders.close(),
        () => pictures.close(),
        () => plugins.close(),
        () => health?.close(),
      ]),
  };
}

/** Resources may refer to the store, which is in NATS: from here on their secrets are known. Throws StartFailed. */
async function settleSecrets(bus: Bus, secrets: SecretStore, resources: LiveResources): Promise<void> {
  try {
    await secrets.useBus(bus);
    await resources.settle();
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** First no more comes in, then what was decided goes out, then the ground is taken away. */
function stopSteps(
  parts: Parts,
  roles: readonly Role[],
  ingress: IngressRole | null,
  audit: AuditTrail,
  rest: readonly (() => Promise<void> | void | undefined)[],
): Step[] {
  return [
    { name: 'readiness', run: () => ingress?.drain() },
    { name: 'ingress', run: () => ingress?.stop(FINISH_REQUESTS) },
    { name: 'actors', run: () => parts.actors?.stop() },
    { name: 'archive', run: () => parts.archive?.stop() },
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
