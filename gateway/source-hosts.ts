/** Host names of the sources in force, resolved for as long as they are, with what of it is counted. */

import { AllowedHosts } from '../ingress/allowed-hosts.ts';
import type { HostAddresses } from '../ingress/gate.ts';
import { hostResolver } from '../ingress/host-resolver.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { CounterTally, readGauges } from '../telemetry/tally.ts';

interface Resources {
  readonly resources: () => ResourceSet;
  onResources(listener: (set: ResourceSet) => void): void;
}

export interface SourceHosts extends HostAddresses {
  close(): void;
}

/** `servers`: of the DNS; empty: the system's. */
export function followSourceHosts(
  servers: readonly string[],
  { resources, onResources }: Resources,
  { registry }: Pick<Metrics, 'registry'>,
  clock: Clock,
  log: Log,
): SourceHosts {
  const lookups = new CounterTally(registry, {
    name: 'herald_source_host_lookups_total',
    help: 'How often a host name in allowFrom of a source was asked for, by the outcome.',
    labels: ['outcome'],
  });
  const resolver = hostResolver(servers);
  const hosts = new AllowedHosts({ resolver, clock, log, asked: (outcome) => lookups.add(1, outcome) });
  const gauge = {
    name: 'herald_source_hosts',
    help: 'Host names in allowFrom of sources: known, stale (the last answer counts), or unknown.',
  };
  readGauges(registry, gauge, () =>
    Object.entries(hosts.standing()).map(([state, value]) => ({ labels: { state }, value })),
  );
  hosts.use(namesIn(resources()));
  let isClosed = false;
  onResources((set) => {
    if (!isClosed) hosts.use(namesIn(set));
  });
  return {
    find: (names, address) => hosts.find(names, address),
    close() {
      isClosed = true;
      hosts.close();
      resolver.close();
    },
  };
}

function namesIn({ sources }: ResourceSet): string[] {
  return [...sources.values()].flatMap(({ access }) => access?.allowFrom?.hosts ?? []);
}
