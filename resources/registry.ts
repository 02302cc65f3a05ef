/** Every kind of resource there is. A new one is a file with its schema, and a line here. */

import type { TSchema } from 'typebox';
import { accessSpec } from './access.ts';
import { audienceSpec } from './audience.ts';
import { calendarSpec } from './calendar.ts';
import { type ChannelTypes, channelSpec } from './channel.ts';
import { correlationRuleSpec } from './correlation-rule.ts';
import { environmentPolicySpec } from './environment-policy.ts';
import { escalationPolicySpec } from './escalation-policy.ts';
import { filterSpec } from './filter.ts';
import { inhibitionSpec } from './inhibition.ts';
import { lifecycleSpec } from './lifecycle.ts';
import { maintenanceSpec } from './maintenance.ts';
import { maskingSpec } from './masking.ts';
import { metricSourceSpec } from './metric-source.ts';
import { namespaceSpec } from './namespace.ts';
import { namespaceClassSpec } from './namespace-class.ts';
import { namespaceLimitSpec } from './namespace-limit.ts';
import { namingStandardSpec } from './naming-standard.ts';
import { pluginSpec } from './plugin.ts';
import { priorityPolicySpec } from './priority-policy.ts';
import { routeSpec } from './route.ts';
import { scheduleSpec } from './schedule.ts';
import { silenceSpec } from './silence.ts';
import { sourceSpec } from './source.ts';
import { subscriptionSpec } from './subscription.ts';
import { teamSpec } from './team.ts';
import { templateSpec } from './template.ts';
import { timeIntervalSpec } from './time-interval.ts';
import { userSpec } from './user.ts';
import { workloadClassSpec } from './workload-class.ts';

export const KINDS = [
  'Source',
  'EnvironmentPolicy',
  'Namespace',
  'NamespaceClass',
  'WorkloadClass',
  'NamingStandard',
  'PriorityPolicy',
  'Filter',
  'Plugin',
  'Route',
  'EscalationPolicy',
  'Lifecycle',
  'Inhibition',
  'Silence',
  'Channel',
  'Template',
  'Calendar',
  'TimeInterval',
  'Maintenance',
  'CorrelationRule',
  'NamespaceLimit',
  'Masking',
  'MetricSource',
  'User',
  'Team',
  'Schedule',
  'Subscription',
  'Access',
  'Audience',
] as const;

export type Kind = (typeof KINDS)[number];

/** INTERFACE.md names them; this version does not know them. */
export const LATER_KINDS: readonly string[] = ['Enricher'];

export function isKind(kind: unknown): kind is Kind {
  return KINDS.some((known) => known === kind);
}

/** `declared`: the spec as it stands, for kinds whose schema depends on it. */
export function specSchema(kind: Kind, declared: unknown, channelTypes: ChannelTypes): TSchema {
  switch (kind) {
    case 'Source':
      return sourceSpec;
    case 'EnvironmentPolicy':
      return environmentPolicySpec;
    case 'Namespace':
      return namespaceSpec;
    case 'NamespaceClass':
      return namespaceClassSpec;
    case 'WorkloadClass':
      return workloadClassSpec;
    case 'NamingStandard':
      return namingStandardSpec;
    case 'PriorityPolicy':
      return priorityPolicySpec;
    case 'Filter':
      return filterSpec;
    case 'Plugin':
      return pluginSpec;
    case 'Route':
      return routeSpec;
    case 'EscalationPolicy':
      return escalationPolicySpec;
    case 'Lifecycle':
      return lifecycleSpec;
    case 'Inhibition':
      return inhibitionSpec;
    case 'Silence':
      return silenceSpec;
    case 'Channel':
      return channelSpec(channelTypes, declared);
    case 'Template':
      return templateSpec(channelTypes);
    case 'Calendar':
      return calendarSpec;
    case 'TimeInterval':
      return timeIntervalSpec;
    case 'Maintenance':
      return maintenanceSpec;
    case 'CorrelationRule':
      return correlationRuleSpec;
    case 'NamespaceLimit':
      return namespaceLimitSpec;
    case 'Masking':
      return maskingSpec;
    case 'MetricSource':
      return metricSourceSpec;
    case 'User':
      return userSpec;
    case 'Team':
      return teamSpec;
    case 'Schedule':
      return scheduleSpec;
    case 'Subscription':
      return subscriptionSpec;
    case 'Access':
      return accessSpec;
    case 'Audience':
      return audienceSpec;
    default:
      return kind satisfies never;
  }
}
