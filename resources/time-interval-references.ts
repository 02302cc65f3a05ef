/** Routes name TimeIntervals; those that the tenant does not have are found here. */

import type { Path, Problem } from './problem.ts';
import { type Declared, listOf } from './resource.ts';
import { didYouMean } from './validate.ts';

export function unknownTimeIntervals(resources: readonly Declared[]): Problem[] {
  const declared = Map.groupBy(
    resources.filter((one) => one.kind === 'TimeInterval'),
    (interval) => interval.tenant,
  );
  return resources
    .filter((one) => one.kind === 'Route')
    .flatMap((route) => {
      const names = (declared.get(route.tenant) ?? []).map((interval) => interval.name);
      return timeIntervalsIn(route.spec, ['spec'])
        .filter(({ name }) => !names.includes(name))
        .map(({ name, path }) => route.document.problem(path, noSuchTimeInterval(name, route.tenant, names)));
    });
}

interface Reference {
  readonly name: string;
  readonly path: Path;
}

/** Wherever else the spec may be wrong. */
function timeIntervalsIn(spec: unknown, path: Path): Reference[] {
  const own = ['muteTimeIntervals', 'activeTimeIntervals'].flatMap((field) =>
    listOf(spec, field).flatMap((name, i) => (typeof name === 'string' ? [{ name, path: [...path, field, i] }] : [])),
  );
  const nested = listOf(spec, 'routes').flatMap((route, i) => timeIntervalsIn(route, [...path, 'routes', i]));
  return [...own, ...nested];
}

function noSuchTimeInterval(name: string, tenant: string, names: readonly string[]): string {
  const there = names.length === 0 ? 'it has none' : `allowed: ${names.join(', ')}`;
  return `is ${JSON.stringify(name)}, but tenant ${tenant} has no such TimeInterval${didYouMean(name, names)}; ${there}`;
}
