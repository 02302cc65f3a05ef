/** What is declared about namespaces becomes the two questions that decisions ask: the profile, and the priority. */

import type { LabelSet } from '../alert/alert.ts';
import type { Policy } from '../alert/policy.ts';
import { NO_POLICY } from '../rules/environment-rules.ts';
import { decidePriority } from '../rules/priority-table.ts';
import { compileProfiler, type ProfileRules, type Profiler } from '../rules/profile.ts';
import { compileCalendars } from './calendar.ts';
import { deepFreeze } from './canonical.ts';
import type { Checked } from './compile.ts';
import { environmentRules } from './environment-policy.ts';
import { namespaceLabels } from './namespace.ts';
import { namespaceClassRule } from './namespace-class.ts';
import { namingRules } from './naming-standard.ts';
import { priorityRules } from './priority-policy.ts';
import { DEFAULT_PROMOTION, promotionRules } from './promotion.ts';

export interface Namespaces extends Pick<Policy, 'profile' | 'promotion' | 'priority'> {
  profiler(tenant: string): Profiler;
  /** Those that declare anything. */
  readonly tenants: readonly string[];
}

export function compileNamespaces(checked: readonly Checked[]): Namespaces {
  const ofKind = (kind: string) => checked.filter((one) => one.declared.kind === kind).map((one) => one.declared);
  const tenants = new Set(checked.map((one) => one.declared.tenant));
  const profilers = new Map([...tenants].map((tenant) => [tenant, compile(rulesOf(tenant, ofKind))]));
  const tables = new Map(
    ofKind('PriorityPolicy').map(({ tenant, name, spec }) => [tenant, deepFreeze(priorityRules(tenant, name, spec))]),
  );
  const promotions = new Map(
    ofKind('EnvironmentPolicy').map(({ tenant, spec }) => [tenant, deepFreeze(promotionRules(spec))]),
  );
  const calendars = compileCalendars(ofKind('Calendar'));
  // A tenant that declares nothing: everything is production. Few, for only sources make tenants.
  const others = new Map<string, Profiler>();
  const profiler = (tenant: string) => {
    const known = profilers.get(tenant) ?? others.get(tenant);
    if (known !== undefined) return known;
    const made = compile(rulesOf(tenant, () => []));
    others.set(tenant, made);
    return made;
  };
  return {
    profiler,
    tenants: Object.freeze([...tenants]),
    profile: (tenant, namespace, labels, placed) => profiler(tenant).profile(namespace, labels, placed),
    promotion: (tenant, environment) => promotions.get(tenant)?.[environment] ?? DEFAULT_PROMOTION,
    priority(tenant, facts, now) {
      const rules = tables.get(tenant);
      if (rules === undefined) return facts.fallback;
      return decidePriority(rules, facts, now, (name) => calendars.get(tenant)?.get(name) ?? null);
    },
  };
}

function rulesOf(tenant: string, ofKind: (kind: string) => readonly Checked['declared'][]): ProfileRules {
  const own = (kind: string) => ofKind(kind).filter((one) => one.tenant === tenant);
  const [policy] = own('EnvironmentPolicy');
  const [standard] = own('NamingStandard');
  return deepFreeze({
    tenant,
    environments: policy === undefined ? NO_POLICY : environmentRules(tenant, policy.name, policy.spec),
    classes: own('NamespaceClass').map(({ name, spec }) => namespaceClassRule(tenant, name, spec)),
    labels: Object.fromEntries(
      own('Namespace').map(({ name, spec }): [string, LabelSet] => [name, namespaceLabels(spec)]),
    ),
    naming: standard === undefined ? null : namingRules(tenant, standard.name, standard.spec),
  });
}

function compile(rules: ProfileRules): Profiler {
  const compiled = compileProfiler(rules);
  if (!compiled.ok) throw new TypeError(`unchecked pattern ${compiled.problems[0]?.pattern} of tenant ${rules.tenant}`);
  return compiled.profiler;
}
