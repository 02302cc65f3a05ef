/** A YAML document becomes a declared resource: its kind is known, and its fields are checked against the schema of that kind. */

import { accessFaults } from './access.ts';
import { type ChannelTypes, retryFault } from './channel.ts';
import { correlationFaults } from './correlation-rule.ts';
import { contradictions } from './environment-policy.ts';
import { escalationFaults } from './escalation-policy.ts';
import { eventLabelFaults } from './event-labels.ts';
import { filterFaults } from './filter.ts';
import { lifecycleFaults } from './lifecycle.ts';
import { maintenanceFaults } from './maintenance.ts';
import { mappingFaults } from './mapping.ts';
import { maskingFaults } from './masking.ts';
import { metricSourceFaults } from './metric-source.ts';
import { pluginFaults } from './plugin.ts';
import { tableFaults } from './priority-policy.ts';
import type { Problem } from './problem.ts';
import { promotionFaults } from './promotion.ts';
import { isKind, KINDS, type Kind, LATER_KINDS, specSchema } from './registry.ts';
import { API_VERSION, DEFAULT_TENANT, type Declared, fieldOf, resourceSchema } from './resource.ts';
import { scheduleFaults } from './schedule.ts';
import { silenceFaults } from './silence.ts';
import { authFaults } from './source-auth.ts';
import { versionFaults } from './source-version.ts';
import { teamFaults } from './team.ts';
import { userFaults } from './user.ts';
import { didYouMean, type Fault, show, validate } from './validate.ts';
import type { YamlDocument } from './yaml-file.ts';

export interface Declaration {
  /** null: it does not even say what it is. With problems, it still counts as declared for those that refer to it. */
  readonly resource: Declared | null;
  readonly problems: readonly Problem[];
}

export function declare(document: YamlDocument, channelTypes: ChannelTypes): Declaration {
  const { value } = document;
  const kind = fieldOf(value, 'kind');
  if (!isKind(kind)) return { resource: null, problems: withoutKind(document, kind) };
  const spec = fieldOf(value, 'spec');
  const schema = specSchema(kind, spec, channelTypes);
  const faults = validate(resourceSchema(kind, schema), value);
  if (kind === 'EnvironmentPolicy') faults.push(...contradictions(spec));
  if (kind === 'EnvironmentPolicy' && faults.length === 0) faults.push(...promotionFaults(spec));
  if (kind === 'Source')
    faults.push(...mappingFaults(spec), ...authFaults(spec), ...eventLabelFaults(spec), ...versionFaults(spec));
  if (kind === 'Filter') faults.push(...filterFaults(spec));
  if (kind === 'PriorityPolicy') faults.push(...tableFaults(spec));
  if (kind === 'Channel' && faults.length === 0) faults.push(...[retryFault(spec) ?? []].flat());
  if (kind === 'Maintenance' && faults.length === 0) faults.push(...maintenanceFaults(spec));
  if (kind === 'CorrelationRule' && faults.length === 0) faults.push(...correlationFaults(spec));
  if (kind === 'Plugin' && faults.length === 0) faults.push(...pluginFaults(spec));
  if (kind === 'EscalationPolicy' && faults.length === 0) faults.push(...escalationFaults(spec));
  if (kind === 'Lifecycle' && faults.length === 0) faults.push(...lifecycleFaults(spec));
  if (kind === 'Silence' && faults.length === 0) faults.push(...silenceFaults(spec));
  if (kind === 'Masking' && faults.length === 0) faults.push(...maskingFaults(spec));
  if (kind === 'MetricSource' && faults.length === 0) faults.push(...metricSourceFaults(spec));
  if (kind === 'User' && faults.length === 0) faults.push(...userFaults(spec));
  if (kind === 'Team' && faults.length === 0) faults.push(...teamFaults(spec));
  if (kind === 'Access' && faults.length === 0)
    faults.push(...accessFaults(fieldOf(fieldOf(value, 'metadata'), 'tenant'), spec));
  if (kind === 'Schedule' && faults.length === 0) faults.push(...scheduleFaults(spec));
  const problems = faults.map((fault) => document.problem(fault.path, fault.message, fault.target));
  return { resource: named(document, kind, schema, faults), problems };
}

function named(
  document: YamlDocument,
  kind: Kind,
  schema: Declared['schema'],
  faults: readonly Fault[],
): Declared | null {
  const metadata = fieldOf(document.value, 'metadata');
  const name = fieldOf(metadata, 'name');
  const tenant = fieldOf(metadata, 'tenant') ?? DEFAULT_TENANT;
  if (typeof name !== 'string' || typeof tenant !== 'string') return null;
  const spec = fieldOf(document.value, 'spec');
  return { kind, tenant, name, spec, schema, valid: faults.length === 0, document };
}

function withoutKind(document: YamlDocument, kind: unknown): Problem[] {
  const allowed = `allowed: ${KINDS.join(', ')}`;
  if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value)) {
    const message = `is ${show(document.value)}; allowed: a resource with apiVersion, kind, metadata and spec`;
    return [document.problem([], message)];
  }
  const problems: Problem[] = [];
  const version = fieldOf(document.value, 'apiVersion');
  if (version !== API_VERSION)
    problems.push(document.problem(['apiVersion'], `is ${show(version)}; allowed: ${API_VERSION}`));
  if (typeof kind === 'string' && LATER_KINDS.includes(kind)) {
    problems.push(document.problem(['kind'], `${JSON.stringify(kind)} is not supported yet; ${allowed}`));
  } else {
    const meant = typeof kind === 'string' ? didYouMean(kind, KINDS) : '';
    problems.push(document.problem(['kind'], `is ${show(kind)}${meant}; ${allowed}`));
  }
  return problems;
}
