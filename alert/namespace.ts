/**
 * What is known of a namespace: its environment, whose it is, and what it is worth. Attributes come from the operators'
 * rules and from the cluster's own labels, never from an alert: a sender could lower itself.
 */

import type { Environment, LabelSet, Priority } from './alert.ts';
import type { PriorityFacts } from './policy.ts';
import type { Reason } from './reason.ts';

export type Criticality = 'critical' | 'high' | 'medium' | 'low';

/** Most important first. */
export const CRITICALITIES: readonly Criticality[] = ['critical', 'high', 'medium', 'low'];

/** A service level objective, by the name that the organisation gave it. */
export interface Slo {
  readonly name: string;
  /** In percent, 99.9; null where only the name is declared. */
  readonly objective: number | null;
}

/** What rules may say of a namespace; null, or an empty list, where none does. */
export interface NamespaceAttributes {
  readonly businessUnit: string | null;
  readonly owner: string | null;
  readonly costCenter: string | null;
  readonly criticality: Criticality | null;
  readonly slo: Slo | null;
  /** Of all rules that apply, sorted: an obligation does not go away because another rule is more specific. */
  readonly compliance: readonly string[];
  /** Name of a Calendar of the tenant. */
  readonly calendar: string | null;
}

export type NamespaceAttribute = keyof NamespaceAttributes;

export const NAMESPACE_ATTRIBUTES: readonly NamespaceAttribute[] = [
  'businessUnit',
  'owner',
  'costCenter',
  'criticality',
  'slo',
  'compliance',
  'calendar',
];

export interface NamespaceProfile extends NamespaceAttributes {
  readonly tenant: string;
  readonly namespace: string;
  readonly environment: Environment;
  /** What holds before, or without, a PriorityPolicy. */
  readonly priority: Priority;
  /** Where each attribute comes from: `rule` and the resource that it stands in are in the detail. */
  readonly because: Readonly<Record<NamespaceAttribute | 'environment' | 'priority', Reason>>;
  /** One for each rule of the NamingStandard that the name breaks. */
  readonly violations: readonly Reason[];
  /** For the ledger: environment and violations. The priority is decided for each alert. */
  readonly reasons: readonly Reason[];
}

/** What an alert's workload is worth, whatever its namespace is. */
export interface WorkloadWorth {
  readonly criticality: Criticality;
  /** Names the rule. */
  readonly reason: Reason;
}

/** Raised, never lowered: a sender chooses its labels, and could lower itself by them. `worth` null: no rule is for it. */
export function withWorkload(profile: NamespaceProfile, worth: WorkloadWorth | null): NamespaceProfile {
  if (worth === null) return profile;
  const { criticality, reason } = worth;
  const before = profile.criticality;
  if (before !== null && CRITICALITIES.indexOf(before) <= CRITICALITIES.indexOf(criticality)) return profile;
  const because = { ...profile.because, criticality: reason };
  return { ...profile, criticality, because, reasons: [...profile.reasons, reason] };
}

/** What matchers see besides environment and priority. Left out where it is not known: states and journals hold many of these. */
export interface KnownAttributes {
  readonly businessUnit?: string;
  readonly owner?: string;
  readonly criticality?: Criticality;
}

const NOTHING_KNOWN: KnownAttributes = Object.freeze({});

export function knownAttributes(of: {
  readonly businessUnit?: string | null;
  readonly owner?: string | null;
  readonly criticality?: Criticality | null;
}): KnownAttributes {
  const { businessUnit, owner, criticality } = of;
  if (businessUnit == null && owner == null && criticality == null) return NOTHING_KNOWN;
  return {
    ...(businessUnit == null ? {} : { businessUnit }),
    ...(owner == null ? {} : { owner }),
    ...(criticality == null ? {} : { criticality }),
  };
}

/** The namespace that an alert is about: a federated or scraped exporter's own label wins over its scraper's. */
export function namespaceOf(labels: LabelSet): string {
  return labels.exported_namespace?.trim() || labels.namespace?.trim() || 'default';
}

/** `labels`: the alert's own and what Herald added to them. */
export function priorityFacts(profile: NamespaceProfile, labels: LabelSet): PriorityFacts {
  const { environment, criticality, slo, calendar, priority, because } = profile;
  return {
    environment,
    severity: labels.severity || null,
    criticality,
    slo: slo?.name ?? null,
    calendar,
    fallback: { priority, reasons: [because.priority] },
    labels,
  };
}

/** What matchers see of a profile. An attribute that is not known is empty, or a sender could forge it. */
export function profileLabels(profile: NamespaceProfile): LabelSet {
  const { tenant, environment, businessUnit, owner, criticality } = profile;
  return {
    tenant,
    environment,
    businessUnit: businessUnit ?? '',
    owner: owner ?? '',
    criticality: criticality ?? '',
  };
}
