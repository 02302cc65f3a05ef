/** A policy small enough to read in a test: environment by namespace prefix, one real routing tree, channels by name. */

import type { PluginRule } from '../../alert/advice.ts';
import type { CorrelationCondition } from '../../alert/correlation.ts';
import type { EscalationPolicy } from '../../alert/escalation-policy.ts';
import { unfiltered } from '../../alert/filter.ts';
import type { InhibitionRule } from '../../alert/inhibit.ts';
import { DEFAULT_LIFECYCLE, type LifecyclePolicy } from '../../alert/lifecycle-policy.ts';
import { type Directory, NOBODY } from '../../alert/people.ts';
import type { ChannelPolicy, Policy } from '../../alert/policy.ts';
import { compileRoute, matchRoutes, type RouteSpec } from '../../alert/route.ts';
import type { SilenceRule } from '../../alert/silence.ts';
import { findPatterns, readMatcher } from '../../resources/matcher.ts';
import { aProfile } from './namespace-profile.ts';

export function aRoute(change: Partial<RouteSpec> = {}): RouteSpec {
  return {
    matchers: [],
    continue: false,
    groupBy: null,
    groupWait: null,
    groupInterval: null,
    repeatInterval: null,
    channels: null,
    routes: [],
    ...change,
  };
}

export function aChannel(name: string, change: Partial<ChannelPolicy> = {}): ChannelPolicy {
  return {
    name,
    type: 'webhook',
    sendResolved: true,
    maxAlerts: 0,
    retry: { maxAttempts: 3, initial: 1000, max: 60_000 },
    concurrency: 2,
    onUncertain: 'resend',
    ...change,
  };
}

export interface FakePolicy {
  readonly hash?: string;
  readonly lifecycle?: Partial<LifecyclePolicy>;
  readonly root?: RouteSpec;
  readonly channels?: readonly ChannelPolicy[];
  readonly filter?: Policy['filter'];
  readonly promotion?: Policy['promotion'];
  readonly workload?: Policy['workload'];
  readonly plugins?: readonly PluginRule[];
  readonly inhibitions?: readonly InhibitionRule[];
  readonly silences?: readonly SilenceRule[];
  readonly timeHold?: Policy['timeHold'];
  readonly maintenanceHold?: Policy['maintenanceHold'];
  readonly correlations?: readonly CorrelationCondition[];
  readonly escalations?: readonly EscalationPolicy[];
  readonly directory?: Directory;
}

export function aPolicy({ hash = 'p1', lifecycle, root, channels, filter, ...holds }: FakePolicy = {}): Policy {
  const living = { ...DEFAULT_LIFECYCLE, ...lifecycle };
  const tree = compileRoute(root ?? aRoute({ groupBy: ['alertname'], channels: ['ops'] }));
  const { plugins = [], inhibitions = [], silences = [], correlations = [], escalations = [] } = holds;
  const declared = new Map((channels ?? [aChannel('ops')]).map((channel) => [channel.name, channel]));
  return {
    hash,
    lifecycle: () => living,
    profile(tenant, namespace) {
      const isProduction = namespace.startsWith('prod');
      const environment = isProduction ? 'production' : 'testing';
      return aProfile({ tenant, namespace, environment, priority: isProduction ? 'P1' : 'P3' });
    },
    priority: (_tenant, { fallback }) => fallback,
    filter: filter ?? (({ alert }) => unfiltered(alert.labels)),
    tryFilter: filter ?? (({ alert }) => unfiltered(alert.labels)),
    route: (_tenant, labels) => matchRoutes(tree, labels),
    channel: (_tenant, name) => declared.get(name) ?? null,
    directory: holds.directory ?? NOBODY,
    escalation: (_tenant, name) => escalations.find((policy) => policy.name === name) ?? null,
    plugins: () => plugins,
    workload: holds.workload ?? (() => null),
    promotion: holds.promotion ?? (() => ({ approvals: 1, approvers: [], deadline: 86_400_000 })),
    inhibitions: () => inhibitions,
    silences: () => silences,
    readMatcher,
    findPatterns,
    correlations: () => correlations,
    timeHold: holds.timeHold ?? (() => null),
    maintenanceHold: holds.maintenanceHold ?? (() => null),
  };
}
