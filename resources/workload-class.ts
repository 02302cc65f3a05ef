/** WorkloadClass: what the workloads of a namespace are worth that are more critical than the rest of it. */

import Type from 'typebox';
import { cheapestFirst, matchesAll, printMatchers } from '../alert/matcher.ts';
import { CRITICALITIES, type NamespaceProfile, profileLabels, type WorkloadWorth } from '../alert/namespace.ts';
import type { Policy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import type { Declared } from './resource.ts';

export const workloadClassSpec = Type.Object(
  {
    matchers: Type.Array(matcherSchema, { minItems: 1, description: 'a list with at least one matcher' }),
    criticality: Type.Enum([...CRITICALITIES]),
  },
  { additionalProperties: false },
);

type WorkloadClassSpec = Type.Static<typeof workloadClassSpec>;

/** `declared`: what the schema has checked. Of several that fit, the most critical counts; of equals the first by name. */
export function compileWorkloads(declared: readonly Declared[]): Policy['workload'] {
  const byTenant = Map.groupBy(declared, ({ tenant }) => tenant);
  const classes = new Map([...byTenant].map(([tenant, list]) => [tenant, classesOf(list)]));
  return (profile: NamespaceProfile, labels) => {
    const own = classes.get(profile.tenant);
    if (own === undefined) return null;
    const seen = { ...labels, ...profileLabels(profile) };
    return own.find(({ matchers }) => matchesAll(matchers, seen))?.worth ?? null;
  };
}

function classesOf(declared: readonly Declared[]) {
  const rank = ({ worth }: { readonly worth: WorkloadWorth }) => CRITICALITIES.indexOf(worth.criticality);
  return declared
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ tenant, name, spec }) => {
      const { matchers: texts, criticality } = spec as WorkloadClassSpec;
      const matchers = cheapestFirst(texts.map(checkedMatcher));
      const why = `criticality ${criticality}: WorkloadClass ${tenant}/${name} ${printMatchers(matchers)}`;
      return { matchers, worth: Object.freeze({ criticality, reason: reason('namespace.workload', why) }) };
    })
    .sort((a, b) => rank(a) - rank(b));
}
