/** Routes name EscalationPolicies; those that the tenant does not have are found here. */

import type { Path, Problem } from './problem.ts';
import { type Declared, fieldOf, listOf } from './resource.ts';
import { ESCALATION } from './route.ts';
import { didYouMean } from './validate.ts';

export function unknownEscalations(resources: readonly Declared[]): Problem[] {
  const declared = Map.groupBy(
    resources.filter((one) => one.kind === 'EscalationPolicy'),
    (policy) => policy.tenant,
  );
  return resources
    .filter((one) => one.kind === 'Route')
    .flatMap((route) => {
      const names = (declared.get(route.tenant) ?? []).map((policy) => policy.name);
      return escalationsIn(route.spec, ['spec'])
        .filter(({ name }) => !names.includes(name))
        .map(({ name, path }) => route.document.problem(path, noSuchPolicy(name, route.tenant, names)));
    });
}

/** Wherever else the spec may be wrong. */
function escalationsIn(spec: unknown, path: Path): { readonly name: string; readonly path: Path }[] {
  const text = fieldOf(spec, 'escalation');
  const isReference = typeof text === 'string' && text.startsWith(ESCALATION);
  const own = isReference ? [{ name: text.slice(ESCALATION.length), path: [...path, 'escalation'] }] : [];
  return [...own, ...listOf(spec, 'routes').flatMap((route, i) => escalationsIn(route, [...path, 'routes', i]))];
}

function noSuchPolicy(name: string, tenant: string, names: readonly string[]): string {
  const there = names.length === 0 ? 'it has none' : `allowed: ${names.map((one) => ESCALATION + one).join(', ')}`;
  return `is "${ESCALATION}${name}", but tenant ${tenant} has no such EscalationPolicy${didYouMean(name, names)}; ${there}`;
}
