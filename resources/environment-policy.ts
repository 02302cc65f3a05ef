/** EnvironmentPolicy: which namespaces are production and which are not. One per tenant. */

import Type from 'typebox';
import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import type { EnvironmentRules } from '../rules/environment-rules.ts';
import { compilePattern } from '../rules/pattern-set.ts';
import { fieldOf, listOf } from './resource.ts';
import type { Fault } from './validate.ts';

const pattern = Type.Refine(
  Type.String({
    minLength: 1,
    maxLength: 1000,
    description: 'an RE2 regular expression, found anywhere unless anchored',
  }),
  (text) => compilePattern(text, { caseSensitive: true }).ok,
  (text) => {
    const compiled = compilePattern(text, { caseSensitive: true });
    const why = compiled.ok ? '' : `: ${compiled.message}`;
    return `is ${JSON.stringify(text)}, which RE2 refuses${why}; allowed: an RE2 regular expression (no look-around, no back-references)`;
  },
);

export const environmentPolicySpec = Type.Object(
  {
    default: Type.Optional(Type.Enum([...ENVIRONMENTS])),
    caseSensitive: Type.Optional(Type.Boolean()),
    environments: Type.Array(
      Type.Object(
        {
          name: Type.Enum([...ENVIRONMENTS]),
          patterns: Type.Array(pattern, { minItems: 1 }),
          exclude: Type.Optional(Type.Array(pattern)),
          priority: Type.Optional(Type.Enum([...PRIORITIES])),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

type EnvironmentPolicySpec = Type.Static<typeof environmentPolicySpec>;

export function environmentRules(tenant: string, name: string, spec: unknown): EnvironmentRules {
  const checked = spec as EnvironmentPolicySpec;
  return {
    policy: `${tenant}/${name}`,
    default: checked.default ?? 'production',
    caseSensitive: checked.caseSensitive ?? false,
    environments: checked.environments.map((environment) => ({
      name: environment.name,
      patterns: environment.patterns,
      exclude: environment.exclude ?? [],
      priority: environment.priority ?? null,
    })),
  };
}

/** One environment declared twice, or one pattern claimed by two: then the order of a file would decide what is production. */
export function contradictions(spec: unknown): Fault[] {
  const faults: Fault[] = [];
  const named = new Map<unknown, string>();
  const claimed = new Map<string, { readonly by: string; readonly at: string }>();
  for (const [i, environment] of listOf(spec, 'environments').entries()) {
    const name = String(fieldOf(environment, 'name'));
    const earlier = named.get(name);
    if (earlier !== undefined) {
      const message = `is ${JSON.stringify(name)}, declared at ${earlier} already; put all its patterns there`;
      faults.push({ path: ['spec', 'environments', i, 'name'], message, target: 'value' });
    } else named.set(name, `spec.environments[${i}]`);
    for (const [j, text] of listOf(environment, 'patterns').entries()) {
      if (typeof text !== 'string') continue;
      const claim = claimed.get(text);
      if (claim === undefined) claimed.set(text, { by: name, at: `spec.environments[${i}].patterns[${j}]` });
      else if (claim.by !== name) {
        const message = `is ${JSON.stringify(text)}, which ${claim.by} claims too at ${claim.at}; a pattern belongs to one environment`;
        faults.push({ path: ['spec', 'environments', i, 'patterns', j], message, target: 'value' });
      }
    }
  }
  return faults;
}
