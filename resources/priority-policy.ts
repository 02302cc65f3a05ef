/** PriorityPolicy: the table from environment, severity, criticality, SLO and hours to a priority. One per tenant. */

import Type from 'typebox';
import { ENVIRONMENTS, PRIORITIES, type Priority } from '../alert/alert.ts';
import { CRITICALITIES } from '../alert/namespace.ts';
import type { PriorityRules } from '../rules/priority-table.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import { fieldOf, listOf } from './resource.ts';
import type { Fault } from './validate.ts';

const word = Type.String({ minLength: 1, maxLength: 200, description: 'a word' });
const oneOrMore = { minItems: 1 };
/** Beside a priority: that of the namespace, as its class or its environment has it. */
const OF_NAMESPACE = 'namespace';
const priority = Type.Enum([...PRIORITIES, OF_NAMESPACE]);

const row = Type.Object(
  {
    name: word,
    environment: Type.Optional(Type.Array(Type.Enum([...ENVIRONMENTS]), oneOrMore)),
    severity: Type.Optional(Type.Array(word, oneOrMore)),
    criticality: Type.Optional(Type.Array(Type.Enum([...CRITICALITIES]), oneOrMore)),
    slo: Type.Optional(Type.Array(word, oneOrMore)),
    hours: Type.Optional(Type.Enum(['inside', 'outside'])),
    priority,
    override: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const override = Type.Object(
  {
    name: word,
    matchers: Type.Array(matcherSchema, oneOrMore),
    priority: Type.Enum([...PRIORITIES]),
    override: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

export const priorityPolicySpec = Type.Object(
  {
    floor: Type.Optional(Type.Enum([...PRIORITIES])),
    overrides: Type.Optional(Type.Array(override)),
    rows: Type.Array(row),
    default: priority,
  },
  { additionalProperties: false },
);

const DEFAULT_FLOOR: Priority = 'P3';

export function priorityRules(tenant: string, name: string, spec: unknown): PriorityRules {
  const checked = spec as Type.Static<typeof priorityPolicySpec>;
  return {
    policy: `${tenant}/${name}`,
    floor: checked.floor ?? DEFAULT_FLOOR,
    overrides: (checked.overrides ?? []).map((one) => ({
      name: one.name,
      matchers: one.matchers.map(checkedMatcher),
      priority: one.priority,
      override: one.override ?? false,
    })),
    rows: checked.rows.map((one) => ({
      name: one.name,
      environments: one.environment ?? null,
      severities: one.severity?.map((severity) => severity.toLowerCase()) ?? null,
      criticalities: one.criticality ?? null,
      slos: one.slo ?? null,
      hours: one.hours ?? null,
      priority: given(one.priority),
      override: one.override ?? false,
    })),
    default: given(checked.default),
  };
}

function given(declared: Priority | typeof OF_NAMESPACE): Priority | null {
  return declared === OF_NAMESPACE ? null : declared;
}

/** Rows and overrides of one name, whose reasons could not be told apart; and rows that could only ever lift production to the floor. */
export function tableFaults(spec: unknown): Fault[] {
  const floor = String(fieldOf(spec, 'floor') ?? DEFAULT_FLOOR);
  const faults = sameNames(spec);
  for (const [i, one] of listOf(spec, 'rows').entries()) {
    const declared = fieldOf(one, 'priority');
    const isBelow = typeof declared === 'string' && /^P\d$/.test(declared) && declared > floor;
    if (isBelow && listOf(one, 'environment').includes('production') && fieldOf(one, 'override') !== true) {
      const message = `is ${declared} for production, below the floor ${floor}; allowed: ${floor} or more urgent, or override: true on the row`;
      faults.push({ path: ['spec', 'rows', i, 'priority'], message, target: 'value' });
    }
  }
  return faults;
}

function sameNames(spec: unknown): Fault[] {
  const first = new Map<string, string>();
  return (['overrides', 'rows'] as const).flatMap((list) =>
    listOf(spec, list).flatMap((one, i): Fault[] => {
      const name = fieldOf(one, 'name');
      if (typeof name !== 'string') return [];
      const taken = first.get(name);
      if (taken === undefined) first.set(name, `${list}[${i}]`);
      if (taken === undefined) return [];
      const message = `is ${JSON.stringify(name)}, as ${taken} is; allowed: a name of its own, for it stands in reasons`;
      return [{ path: ['spec', list, i, 'name'], message, target: 'value' }];
    }),
  );
}
