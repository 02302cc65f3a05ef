/** A profile of a namespace for tests: production by nobody's rule, unless the test says otherwise. */

import { NAMESPACE_ATTRIBUTES, type NamespaceProfile } from '../../alert/namespace.ts';
import { reason } from '../../alert/reason.ts';

export function aProfile(change: Partial<NamespaceProfile> = {}): NamespaceProfile {
  const environment = reason('environment.pattern');
  const priority = reason('priority.environment');
  const unset = Object.fromEntries(NAMESPACE_ATTRIBUTES.map((name) => [name, reason('namespace.unset')]));
  return {
    tenant: 'default',
    namespace: 'default',
    environment: 'production',
    priority: 'P1',
    businessUnit: null,
    owner: null,
    costCenter: null,
    criticality: null,
    slo: null,
    compliance: [],
    calendar: null,
    because: { ...unset, environment, priority } as NamespaceProfile['because'],
    violations: [],
    reasons: [environment],
    ...change,
  };
}
