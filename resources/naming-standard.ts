/** NamingStandard: how the organisation names its namespaces. One per tenant. */

import Type from 'typebox';
import { ENVIRONMENTS } from '../alert/alert.ts';
import { LONGEST, type NamingRules, type NamingSegment } from '../rules/naming.ts';
import { patternSchema } from './pattern.ts';

const word = Type.String({ minLength: 1, maxLength: LONGEST, description: 'a word' });
const environment = Type.Enum([...ENVIRONMENTS]);

const segment = Type.Refine(
  Type.Object(
    {
      name: word,
      values: Type.Optional(Type.Array(word, { minItems: 1 })),
      pattern: Type.Optional(patternSchema),
      environments: Type.Optional(Type.Record(Type.String(), environment)),
      optional: Type.Optional(Type.Boolean()),
      repeat: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  ({ values, pattern, environments }) => pattern === undefined || (values === undefined && environments === undefined),
  ({ name }) =>
    `segment ${name} has a pattern beside listed values; allowed: either a pattern, or values and environments`,
);

const shape = Type.Object(
  {
    name: word,
    environments: Type.Optional(Type.Array(environment, { minItems: 1 })),
    segments: Type.Array(segment, { minItems: 1, maxItems: 16 }),
  },
  { additionalProperties: false },
);

export const namingStandardSpec = Type.Object(
  {
    separator: Type.Optional(Type.String({ minLength: 1, maxLength: 1, description: 'one character' })),
    maxLength: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST })),
    forbidden: Type.Optional(Type.Array(word)),
    exempt: Type.Optional(Type.Array(patternSchema)),
    shapes: Type.Optional(Type.Array(shape, { maxItems: 32 })),
  },
  { additionalProperties: false },
);

type SegmentSpec = Type.Static<typeof segment>;

/** Kubernetes allows no longer name. */
const LONGEST_LABEL = 63;

export function namingRules(tenant: string, name: string, spec: unknown): NamingRules {
  const checked = spec as Type.Static<typeof namingStandardSpec>;
  return {
    standard: `${tenant}/${name}`,
    separator: checked.separator ?? '-',
    maxLength: checked.maxLength ?? LONGEST_LABEL,
    forbidden: checked.forbidden ?? [],
    exempt: checked.exempt ?? [],
    shapes: (checked.shapes ?? []).map((one) => ({
      name: one.name,
      environments: one.environments ?? [],
      segments: one.segments.map(namingSegment),
    })),
  };
}

function namingSegment({ name, values, pattern, environments, optional, repeat }: SegmentSpec): NamingSegment {
  return {
    name,
    values: values ?? [],
    pattern: pattern ?? null,
    environments: environments ?? {},
    optional: optional ?? false,
    repeat: repeat ?? false,
  };
}
