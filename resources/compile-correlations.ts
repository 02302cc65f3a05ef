/** The CorrelationRules and NamespaceLimits of each tenant, in the order of their names. */

import type { CorrelationCondition } from '../alert/correlation.ts';
import { deepFreeze } from './canonical.ts';
import { correlationRule } from './correlation-rule.ts';
import { namespaceLimits } from './namespace-limit.ts';
import type { Declared } from './resource.ts';

const NONE: readonly CorrelationCondition[] = Object.freeze([]);

export function compileCorrelations(
  declared: readonly Declared[],
): (tenant: string) => readonly CorrelationCondition[] {
  const conditions = declared.flatMap((one) =>
    conditionsOf(one).map((condition) => ({ tenant: one.tenant, condition: Object.freeze(condition) })),
  );
  conditions.sort((a, b) => (a.condition.rule.name < b.condition.rule.name ? -1 : 1));
  const tenants = new Map(
    Array.from(
      Map.groupBy(conditions, ({ tenant }) => tenant),
      ([tenant, list]) => [tenant, Object.freeze(list.map(({ condition }) => condition))] as const,
    ),
  );
  return (tenant) => tenants.get(tenant) ?? NONE;
}

function conditionsOf({ kind, tenant, name, spec }: Declared): CorrelationCondition[] {
  const conditions =
    kind === 'CorrelationRule'
      ? [correlationRule(name, spec, tenant)]
      : kind === 'NamespaceLimit'
        ? namespaceLimits(name, spec)
        : [];
  for (const { rule } of conditions) deepFreeze(rule);
  return conditions;
}
