/** The operators' API with its ports: the archive and the partitions over the bus, the resources of this process. */

import { randomBytes, randomUUID } from 'node:crypto';
import { SECRET_BYTES } from '../access/api-key.ts';
import { callbackRoute } from '../api/callbacks.ts';
import type { OperatorPorts } from '../api/operator-ports.ts';
import { operatorRoutes } from '../api/routes.ts';
import { slackInteractionRoute } from '../api/slack-interactions.ts';
import { askArchive, type Query, QueryFailed } from '../archive/ask.ts';
import { auditPage } from '../bus/audit-log.ts';
import type { Bus } from '../bus/connection.ts';
import { deploymentStatus } from '../bus/deployment.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { activationOf, lastActivations } from '../bus/policy-log.ts';
import { askRuleCounts } from '../bus/rule-counts.ts';
import type { SenderContext } from '../channels/sender.ts';
import { problem } from '../ingress/problem.ts';
import type { Route } from '../ingress/route.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { alertmanagerView } from './alertmanager-view.ts';
import type { AuditTrail } from './audit-trail.ts';
import { auditedKeys, auditedSecrets } from './audited-credentials.ts';
import { callbackPorts } from './callbacks.ts';
import { commandPorts } from './command-ports.ts';
import { declaredPorts } from './declared-ports.ts';
import type { KeyStore } from './key-store.ts';
import type { LiveResources } from './live-resources.ts';
import { previews } from './previews.ts';
import { ruleStanding } from './rule-standing.ts';
import type { RunTime } from './run-time.ts';
import type { SecretStore } from './secret-store.ts';
import { slackClicks } from './slack-clicks.ts';
import { VERSION } from './version.ts';

export interface OperatorApiOptions {
  /** null until NATS was reached. */
  bus(): Bus | null;
  readonly count: PartitionCount;
  readonly resources: LiveResources;
  readonly keys: KeyStore;
  readonly secrets: SecretStore;
  readonly runTime: RunTime;
  readonly audit: AuditTrail;
  readonly log: Log;
  /** Of the senders, for previews. */
  readonly context: SenderContext;
}

export function operatorApi(options: OperatorApiOptions): Route[] {
  const { bus, count, resources, keys, secrets, runTime, audit, log, context } = options;
  const ports: OperatorPorts = {
    query: archiveQuery(bus),
    ...commandPorts(options),
    ...declaredPorts(resources.current),
    preview: previews(resources.current, context),
    status: () => statusOf(options),
    audit: (range) => auditPage(reached(bus()), range),
    policies: {
      last: async (limit) => lastActivations(reached(bus()), limit),
      of: async (hash) => activationOf(reached(bus()), hash),
    },
    schedules() {
      runTime.mustBeKnown();
      return resources.current().schedules;
    },
    overrides: runTime.overrides,
    subscriptions: runTime.subscriptions,
    async rules() {
      return ruleStanding(resources.current(), await askRuleCounts(reached(bus()).nc));
    },
    apiKeys: {
      keys: () => keys.keys(),
      put: auditedKeys(audit, (key, before) => keys.put(key, before)),
      random: () => randomBytes(SECRET_BYTES),
      now: systemClock.now,
    },
    secrets: auditedSecrets(audit, secrets),
    alertmanager: alertmanagerView(resources),
    newCommandId: randomUUID,
    now: systemClock.now,
  };
  const clicks = slackClicks(resources.current, ports.command, { clock: systemClock, log, audit });
  const callbacks = callbackRoute(callbackPorts(resources.current, bus, count));
  const provided = [slackInteractionRoute(clicks), callbacks].map((route) => onceTold(route, resources));
  return [...operatorRoutes(ports, VERSION), ...provided];
}

/** A signature proves nothing as long as its secret is not known. */
function onceTold(route: Route, resources: Pick<LiveResources, 'current'>): Route {
  return {
    ...route,
    handle(request) {
      if (!resources.current().untold) return route.handle(request);
      const detail = 'NATS, which keeps the secrets of channels, has not been reached yet';
      const headers = { 'retry-after': '1' };
      return problem(503, 'not available now', { code: 'secrets.unavailable', detail, headers });
    },
  };
}

/** `bus` null: NATS was not reached yet. */
export function archiveQuery(bus: () => Bus | null): Query {
  return async (name, params) => askArchive(reached(bus()).nc)(name, params);
}

function reached(bus: Bus | null): Bus {
  if (bus === null) throw new QueryFailed('archive.unavailable', 'NATS has not been reached yet');
  return bus;
}

async function statusOf({ bus, count, resources }: OperatorApiOptions) {
  const connected = bus();
  const resourceStatus = { hash: resources.current().hash, refused: resources.refused(), lost: resources.lost() };
  const deployment = connected?.connected() === true ? await deploymentStatus(connected, count) : null;
  const policy = await policyStatus(resources.current(), connected);
  const ours = { version: VERSION, node: process.version, resources: resourceStatus, policy };
  return { ...ours, partitions: count, deployment };
}

/** The policy that this process has in force, and since when it is. */
async function policyStatus({ policy, count }: ResourceSet, bus: Bus | null) {
  const activation = bus?.connected() === true ? await activationOf(bus, policy.hash) : null;
  const activatedAt = activation === null ? null : new Date(activation.at).toISOString();
  return { hash: policy.hash, activatedAt, process: activation?.process ?? null, count };
}
