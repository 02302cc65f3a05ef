/** What a spec may say of namespaces: in a NamespaceClass, and as the default of an environment. */

import Type from 'typebox';
import { PRIORITIES } from '../alert/alert.ts';
import { CRITICALITIES } from '../alert/namespace.ts';
import type { DeclaredAttributes } from '../rules/environment-rules.ts';

const word = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });

const slo = Type.Object(
  {
    name: word('the name of the objective, such as gold'),
    objective: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'percent, such as 99.9' })),
  },
  { additionalProperties: false },
);

export const attributesSchema = Type.Object(
  {
    businessUnit: Type.Optional(word('the business unit that it belongs to')),
    owner: Type.Optional(word('who answers for it: a team or a person')),
    costCenter: Type.Optional(word('the cost centre that pays for it')),
    criticality: Type.Optional(Type.Enum([...CRITICALITIES])),
    slo: Type.Optional(slo),
    compliance: Type.Optional(Type.Array(word('a regulation, such as pci-dss'))),
    calendar: Type.Optional(
      Type.String({
        pattern: '^calendar/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
        description: 'calendar/NAME of a Calendar of the tenant',
      }),
    ),
    priority: Type.Optional(Type.Enum([...PRIORITIES])),
  },
  { additionalProperties: false },
);

/** Of what the schema has checked. */
export function declaredAttributes(spec: Type.Static<typeof attributesSchema> | undefined): DeclaredAttributes {
  if (spec === undefined) return {};
  const { slo: objective, calendar, ...rest } = spec;
  return {
    ...rest,
    ...(objective === undefined ? {} : { slo: { name: objective.name, objective: objective.objective ?? null } }),
    ...(calendar === undefined ? {} : { calendar: calendar.slice('calendar/'.length) }),
  };
}
