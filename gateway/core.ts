/** What a process has before NATS is reached, and the resources in force that it follows. */

import { senderMemory } from '../bus/sender-memory.ts';
import { createPictures, type Pictures } from '../channels/picture/pictures.ts';
import type { SenderContext } from '../channels/sender.ts';
import { createTemplates } from '../channels/template/templates.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { Plugins } from '../rules/plugins.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { AuditTrail } from './audit-trail.ts';
import { auditChanges, openAudit } from './audited-process.ts';
import type { Environment } from './environment.ts';
import { KeyStore } from './key-store.ts';
import { openResources } from './live-resources.ts';
import type { OwnNats } from './nats-watch.ts';
import { archiveQuery } from './operator-api.ts';
import { startPlugins } from './plugins.ts';
import type { Parts } from './readiness.ts';
import { ruleMetrics } from './rule-standing.ts';
import { type LiveRunTime, RunTime } from './run-time.ts';
import { scheduleGauge } from './schedule-gauge.ts';
import { SecretStore } from './secret-store.ts';
import { Senders } from './senders.ts';
import type { Role } from './start.ts';
import { TextsInForce } from './texts-in-force.ts';

export interface HeraldOptions {
  readonly environment: Environment;
  readonly roles: readonly Role[];
  readonly natsUrl: string;
  /** The NATS server that is ours alone: workers that it remembers are dead, and nobody else looks after it. null: another's. */
  readonly ownNats: OwnNats | null;
  readonly log: Log;
}

export interface Core extends HeraldOptions {
  has(role: Role): boolean;
  readonly metrics: Metrics;
  /** null in a process that only archives. */
  readonly resources: LiveRunTime | null;
  readonly runTime: RunTime;
  readonly secrets: SecretStore;
  readonly keys: KeyStore;
  readonly audit: AuditTrail;
  readonly context: SenderContext;
  readonly pictures: Pictures;
  readonly texts: TextsInForce;
  readonly senders: Senders;
  readonly plugins: Plugins;
  /** Filled once NATS was reached. */
  readonly parts: Parts;
  readonly stop: AbortController;
}

/** Throws StartFailed when the resources cannot be had. */
export async function openCore(options: HeraldOptions): Promise<Core> {
  const { environment, roles, log } = options;
  const has = (role: Role) => roles.includes(role);
  const parts: Parts = { bus: null, actors: null, archive: null, hindrance: null };
  const metrics = createMetrics({ process: true });
  const texts = new TextsInForce();
  const externalURL = environment.externalUrl ?? listening(environment);
  const templates = createTemplates({ clock: systemClock, externalURL, declared: texts });
  let inForce: (() => ResourceSet) | null = null;
  const pictures = createPictures({ clock: systemClock, find: (alert) => inForce?.().metricSource(alert) ?? null });
  const context = { clock: systemClock, log, stdout: process.stdout, externalURL, templates, pictures };
  const audit = openAudit(environment, () => parts.bus, log);
  const secrets = new SecretStore(environment.secretKeys, systemClock, log);
  const runTime = new RunTime({ clock: systemClock, log, audit });
  const query = archiveQuery(() => parts.bus);
  const resources =
    has('ingress') || has('actors')
      ? runTime.over(await openResources(environment.config, context, query, secrets.read))
      : null;
  inForce = resources?.current ?? null;
  const keys = new KeyStore(systemClock, log);
  const senders = new Senders(context, (channel) => senderMemory(() => parts.bus, channel));
  const plugins = startPlugins(metrics, context);
  const stop = new AbortController();
  const core = { ...options, has, metrics, resources, runTime, secrets, keys, audit, context, pictures, texts };
  return { ...core, senders, plugins, parts, stop };
}

function listening({ listen: { host, port } }: Environment): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whoever decides also sends: with the channels, texts and plug-ins in force. */
export function followResources({ has, metrics, resources, secrets, audit, texts, senders, plugins }: Core): void {
  secrets.onChange(() => resources?.look());
  if (resources === null) return;
  auditChanges(audit, resources);
  if (!has('actors')) return;
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

/** In this order. */
export function closeCore({ stop, resources, keys, runTime, secrets, senders, pictures, plugins }: Core) {
  return [
    () => stop.abort(),
    () => resources?.close(),
    () => keys.close(),
    () => runTime.close(),
    () => secrets.close(),
    () => senders.close(),
    () => pictures.close(),
    () => plugins.close(),
  ];
}
