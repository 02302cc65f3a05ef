/** NamespaceClass: whose the namespaces are that fit it, and what they are worth. A tenant may have many. */

import Type from 'typebox';
import { ENVIRONMENTS } from '../alert/alert.ts';
import type { NamespaceClassRule } from '../rules/namespace-class.ts';
import { attributesSchema, declaredAttributes } from './namespace-attributes.ts';
import { patternSchema } from './pattern.ts';

export const namespaceClassSpec = Type.Object(
  {
    precedence: Type.Optional(
      Type.Integer({ minimum: -1000, maximum: 1000, description: 'a whole number; the higher one wins, 0 by default' }),
    ),
    names: Type.Optional(Type.Array(Type.String({ minLength: 1, description: 'the whole name of a namespace' }))),
    patterns: Type.Optional(Type.Array(patternSchema)),
    exclude: Type.Optional(Type.Array(patternSchema)),
    matchLabels: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'labels of the namespace in its cluster' }),
    ),
    environments: Type.Optional(Type.Array(Type.Enum([...ENVIRONMENTS]), { minItems: 1 })),
    attributes: attributesSchema,
  },
  { additionalProperties: false },
);

export function namespaceClassRule(tenant: string, name: string, spec: unknown): NamespaceClassRule {
  const checked = spec as Type.Static<typeof namespaceClassSpec>;
  return {
    name: `${tenant}/${name}`,
    precedence: checked.precedence ?? 0,
    names: checked.names ?? [],
    patterns: checked.patterns ?? [],
    exclude: checked.exclude ?? [],
    matchLabels: checked.matchLabels ?? {},
    environments: checked.environments ?? [],
    attributes: declaredAttributes(checked.attributes),
  };
}
