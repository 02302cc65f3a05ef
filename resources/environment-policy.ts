/** EnvironmentPolicy: which namespaces are production and which are not. One per tenant. */

import Type from 'typebox';
import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import { DEFAULT_LABELS, type EnvironmentLabels, type EnvironmentRules } from '../rules/environment-rules.ts';
import { attributesSchema, declaredAttributes } from './namespace-attributes.ts';
import { patternSchema } from './pattern.ts';
import { promotionSchema } from './promotion.ts';
import { fieldOf, listOf } from './resource.ts';
import type { Fault } from './validate.ts';

const labelKey = Type.String({ minLength: 1, description: 'the key of a label' });
const labelValues = Type.Optional(Type.Array(Type.String({ minLength: 1, description: 'a value of the label' })));

/** How labels of the namespace name its environment. */
const labels = Type.Object(
  {
    keys: Type.Optional(Type.Array(labelKey)),
    values: Type.Optional(
      Type.Object(
        { production: labelValues, staging: labelValues, testing: labelValues, development: labelValues },
        { additionalProperties: false },
      ),
    ),
    lowerProduction: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

export const environmentPolicySpec = Type.Object(
  {
    default: Type.Optional(Type.Enum([...ENVIRONMENTS])),
    caseSensitive: Type.Optional(Type.Boolean()),
    labels: Type.Optional(labels),
    promotion: Type.Optional(promotionSchema),
    leavesProduction: Type.Optional(Type.Array(patternSchema, { minItems: 1 })),
    environments: Type.Array(
      Type.Object(
        {
          name: Type.Enum([...ENVIRONMENTS]),
          patterns: Type.Array(patternSchema, { minItems: 1 }),
          exclude: Type.Optional(Type.Array(patternSchema)),
          priority: Type.Optional(Type.Enum([...PRIORITIES])),
          attributes: Type.Optional(attributesSchema),
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
      attributes: declaredAttributes(environment.attributes),
    })),
    labels: labelRules(checked.labels),
    ...(checked.leavesProduction === undefined ? {} : { leavesProduction: checked.leavesProduction }),
  };
}

/** Values that are declared come instead of the usual ones of their environment. */
function labelRules(declared: EnvironmentPolicySpec['labels']): EnvironmentLabels {
  const { keys, values, lowerProduction } = declared ?? {};
  const lower = Object.entries(values ?? {}).map(([name, list]) => [name, list?.map((value) => value.toLowerCase())]);
  return {
    keys: keys ?? DEFAULT_LABELS.keys,
    values: { ...DEFAULT_LABELS.values, ...(Object.fromEntries(lower) as EnvironmentLabels['values']) },
    lowerProduction: lowerProduction ?? false,
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
