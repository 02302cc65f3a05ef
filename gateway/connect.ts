/** From NATS on: the stores are opened, then the roles of this process start, each with what it needs of the others. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '../bus/connection.ts';
import { ingestFill } from '../bus/ingest.ts';
import { forgetWorkers } from '../bus/lease.ts';
import { answerRuleCounts } from '../bus/rule-counts.ts';
import { systemClock } from '../telemetry/clock.ts';
import { type ActorsRole, type ActorsRoleOptions, startActors } from './actors-role.ts';
import { alertGauge } from './alert-gauge.ts';
import { startArchive } from './archive-role.ts';
import { auditSignInRefused, auditStarted } from './audited-process.ts';
import type { Core } from './core.ts';
import { keepEventMasks } from './event-masks.ts';
import type { TellHindrance } from './hindrance.ts';
import type { IngressRole } from './ingress-role.ts';
import type { LiveResources } from './live-resources.ts';
import { watchNats } from './nats-watch.ts';
import { openBus, partitionCount } from './open-bus.ts';
import { partitionMetrics } from './partition-metrics.ts';
import { patiently } from './patiently.ts';
import { keepPolicyLog } from './policy-log.ts';
import { ruleCountsOf } from './rule-standing.ts';
import type { LiveRunTime } from './run-time.ts';
import { sourceFinder } from './webhook-ports.ts';

/** How often a start looks whether its partitions are taken. Milliseconds. */
const SETTLE_LOOK = 20;

/** For as long as it takes. Whether every role runs; false: it was stopped before. Throws StartFailed. */
export async function connect(core: Core, ingress: IngressRole | null): Promise<boolean> {
  const { environment, roles, natsUrl, ownNats, resources, parts, audit, stop, log } = core;
  const { signal } = stop;
  const tell = tellReadyz(core);
  const bus = await reachBus(core);
  if (bus === null) return false;
  if (resources !== null && environment.secretKeys !== null) await settleSecrets(bus, core, resources);
  parts.bus = bus;
  const count = partitionCount(environment.partitions);
  if (ownNats !== null) {
    await patiently(() => forgetWorkers(bus), signal, log, tell);
    void watchNats({ nats: ownNats, ask: () => ingestFill(bus, count), clock: systemClock, log, signal });
  }
  if (ingress !== null) await patiently(() => core.keys.useBus(bus), signal, log, tell);
  if (resources !== null) await patiently(() => core.runTime.useBus(bus), signal, log, tell);
  if (core.has('archive')) {
    const options = { environment, natsUrl, bus, count, inThread: roles.length > 1, log, tell };
    parts.archive = await patiently(() => startArchive(options), signal, log, tell);
  }
  if (resources !== null && core.has('actors')) parts.actors = await startDeciding(core, bus, resources);
  if (signal.aborted) return false;
  ingress?.useBus(bus, count);
  auditStarted(audit, roles, environment, ingress?.access() ?? null);
  while (!signal.aborted && parts.actors?.worker.settled() === false) await pause(SETTLE_LOOK);
  return !signal.aborted;
}

/** null: it is stopped. */
function reachBus(core: Core): Promise<Bus | null> {
  const { environment, roles, natsUrl, ownNats, audit, log, stop } = core;
  return openBus({
    url: natsUrl,
    name: `herald ${roles.join('+')}`,
    isStarting: ownNats !== null,
    count: partitionCount(environment.partitions),
    sizes: { ingestMaxBytes: environment.ingestMaxBytes },
    log,
    signal: stop.signal,
    signInRefused: () => auditSignInRefused(audit, roles),
    tell: tellReadyz(core),
  });
}

function tellReadyz({ parts }: Core): TellHindrance {
  return (why) => {
    parts.hindrance = why;
  };
}

/** Resources may refer to the store, which is in NATS: from here on their secrets are known. Throws StartFailed. */
async function settleSecrets(bus: Bus, core: Core, resources: LiveResources): Promise<void> {
  const { secrets, stop, log } = core;
  try {
    await patiently(() => secrets.useBus(bus), stop.signal, log, tellReadyz(core));
    if (stop.signal.aborted) return;
    await resources.settle();
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** null: it is stopped. */
async function startDeciding(core: Core, bus: Bus, resources: LiveRunTime): Promise<ActorsRole | null> {
  const { environment, metrics, audit, senders, plugins, log } = core;
  const { signal } = core.stop;
  answerRuleCounts(bus.nc, () => ruleCountsOf(resources.current()));
  await keepEventMasks({ bus, resources, clock: systemClock, log, signal });
  keepPolicyLog({ bus, resources, clock: systemClock, log, signal, audit });
  const options: ActorsRoleOptions = {
    bus,
    count: partitionCount(environment.partitions),
    senders,
    plugins,
    audit,
    metrics: partitionMetrics(metrics),
    log,
    policy: () => resources.current().policy,
    findSource: sourceFinder(resources.current),
    masksBeforeStoring: (tenant) => resources.current().intakeMasks.has(tenant),
  };
  const actors = await patiently(() => startActors(options), signal, log, tellReadyz(core));
  if (actors !== null) alertGauge(metrics, actors.worker);
  return actors;
}
