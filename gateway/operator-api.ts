/** The operators' API with its ports: the archive and the partitions over the bus, the resources of this process. */

import { randomBytes, randomUUID } from 'node:crypto';
import { SECRET_BYTES } from '../access/api-key.ts';
import type { ReasonCode } from '../alert/reason.ts';
import type { Silence } from '../alert/silence.ts';
import { callbackRoute } from '../api/callbacks.ts';
import { CommandUnanswered, type DeclaredChannel, type OperatorPorts } from '../api/operator-ports.ts';
import { operatorRoutes } from '../api/routes.ts';
import { slackInteractionRoute } from '../api/slack-interactions.ts';
import { askArchive, type Query, QueryFailed } from '../archive/ask.ts';
import { askPartition, type CommandAnswer } from '../bus/ask-partition.ts';
import { auditPage } from '../bus/audit-log.ts';
import type { Bus } from '../bus/connection.ts';
import { deploymentStatus } from '../bus/deployment.ts';
import { framePublisher } from '../bus/ingest.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { activationOf, lastActivations } from '../bus/policy-log.ts';
import { askRuleCounts } from '../bus/rule-counts.ts';
import type { SenderContext } from '../channels/sender.ts';
import { problem } from '../ingress/problem.ts';
import type { Route } from '../ingress/route.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { declaredPart } from '../resources/run-time.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { alertmanagerView } from './alertmanager-view.ts';
import type { AuditTrail } from './audit-trail.ts';
import { audited } from './audited.ts';
import { auditedKeys, auditedSecrets } from './audited-credentials.ts';
import { callbackPorts } from './callbacks.ts';
import type { KeyStore } from './key-store.ts';
import type { LiveResources } from './live-resources.ts';
import { previews } from './previews.ts';
import { replayUnreadable } from './replay-unreadable.ts';
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

export function operatorApi({
  bus,
  count,
  resources,
  keys,
  secrets,
  runTime,
  audit,
  log,
  context,
}: OperatorApiOptions): Route[] {
  type Command = Parameters<typeof askPartition>[3];
  const ask = (command: Command, id: string) => audit.command(audited(command), () => send(command, id));
  const send = async (command: Command, id: string) => {
    const connected = bus();
    if (connected === null) throw new CommandUnanswered('NATS has not been reached yet');
    try {
      return statusOf(await askPartition(connected, framePublisher(connected), count, command, id));
    } catch (cause) {
      throw new CommandUnanswered((cause as Error).message, { cause });
    }
  };
  const ports: OperatorPorts = {
    query: archiveQuery(bus),
    // The alert remembers its last commands by their ids, and gives the same answer; setting a silence again changes nothing. A
    // frame of the same id would be dropped by JetStream for two minutes, and nobody would answer.
    command: (entry) => ask(entry, `${entry.id}.${randomUUID()}`),
    silence: (entry) => ask(entry, `silence.${entry.silence}.${randomUUID()}`),
    promotion: (entry) => ask(entry, `promotion.${entry.promotion}.${randomUUID()}`),
    replay: (letter) =>
      audit.command(audited(letter), async () => {
        const connected = bus();
        if (letter.entry.kind === 'unreadable' && connected !== null) {
          const refused = await replayUnreadable(letter.entry, connected, count, resources);
          if (refused !== null) return refused;
        }
        return send(letter, `replay.${letter.deadLetterId}.${randomUUID()}`);
      }),
    submit: (entry) => ask(entry, `submit.${entry.id}`),
    preview: previews(resources.current, context),
    channels: () => declaredChannels(resources.current()),
    async status() {
      const connected = bus();
      const resourceStatus = { hash: resources.current().hash, refused: resources.refused(), lost: resources.lost() };
      const deployment = connected?.connected() === true ? await deploymentStatus(connected, count) : null;
      const policy = await policyStatus(resources.current(), connected);
      const ours = { version: VERSION, node: process.version, resources: resourceStatus, policy };
      return { ...ours, partitions: count, deployment };
    },
    audit: (range) => auditPage(reached(bus()), range),
    profile: (tenant, namespace, placed) => resources.current().policy.profile(tenant, namespace, undefined, placed),
    policies: {
      last: async (limit) => lastActivations(reached(bus()), limit),
      of: async (hash) => activationOf(reached(bus()), hash),
    },
    declared: {
      tenants: () => resources.current().tenants,
      silences: () => declaredSilences(resources.current()),
      limit: (tenant, rule) =>
        resources
          .current()
          .policy.correlations(tenant)
          .find((condition) => condition.rule.name === rule)?.rule.threshold ?? null,
      subscriptions: () => resources.current().subscriptions,
    },
    place(tenant, { code, detail, policy }) {
      const set = resources.current();
      // Another policy's rules may stand elsewhere, or be others of the same name.
      return policy === null || declaredPart(policy) === declaredPart(set.policy.hash)
        ? set.findRule(tenant, { code: code as ReasonCode, detail })
        : null;
    },
    schedules() {
      runTime.mustBeKnown();
      return resources.current().schedules;
    },
    people: {
      user: (tenant, name) => resources.current().policy.directory.user(tenant, name),
      person: (tenant, signedInAs) => resources.current().person(tenant, signedInAs),
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

function declaredChannels({ channels }: ResourceSet): DeclaredChannel[] {
  return [...channels.values()].map(({ tenant, name, type, policy: { fallback = null, members = [] } }) => {
    return { tenant, name, type, fallback, members };
  });
}

function declaredSilences({ tenants, policy }: ResourceSet): Silence[] {
  return tenants.flatMap((tenant) => policy.silences(tenant).map(({ silence }) => silence));
}

/** `bus` null: NATS was not reached yet. */
export function archiveQuery(bus: () => Bus | null): Query {
  return async (name, params) => askArchive(reached(bus()).nc)(name, params);
}

function reached(bus: Bus | null): Bus {
  if (bus === null) throw new QueryFailed('archive.unavailable', 'NATS has not been reached yet');
  return bus;
}

/** The policy that this process has in force, and since when it is. */
async function policyStatus({ policy, count }: ResourceSet, bus: Bus | null) {
  const activation = bus?.connected() === true ? await activationOf(bus, policy.hash) : null;
  const activatedAt = activation === null ? null : new Date(activation.at).toISOString();
  return { hash: policy.hash, activatedAt, process: activation?.process ?? null, count };
}

function statusOf({ ok, status, reasons }: CommandAnswer) {
  return { ok, status: status as 200 | 403 | 404 | 409 | 422, reasons };
}
