/**
 * Filter: ordered rules that drop an alert, keep it, or change what is routed and shown of it. The Filters of a tenant are asked
 * in the order of their names.
 */

import Type from 'typebox';
import { type LabelSet, PRIORITIES } from '../alert/alert.ts';
import { ADDED_LABELS, alertConditions } from '../rules/alert-facts.ts';
import type { Expression } from '../rules/condition.ts';
import { compileFilters, type FilterAction, type FilterRule, type Filters } from '../rules/filter.ts';
import { approvalDemand, approvalFaults, approvalSchema, type DeclaredApproval } from './approval.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import type { Path } from './problem.ts';
import { type RelabelStep, relabelFaults, relabelOf, relabelStep } from './relabel.ts';
import { type Declared, fieldOf, listOf } from './resource.ts';
import type { Fault } from './validate.ts';

const ACTIONS = ['drop', 'keep', 'setPriority', 'setLabels', 'dropLabels', 'relabel', 'requireApproval'] as const;

const condition = Type.Refine(
  Type.String({
    minLength: 1,
    description: 'a condition in CEL such as labels.team == "db" && environment != "production"',
  }),
  (text) => alertConditions.compile(text, 'bool').ok,
  (text) => {
    const compiled = alertConditions.compile(text, 'bool');
    const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    return compiled.ok ? 'is no condition' : `is ${JSON.stringify(shown)}, which ${compiled.message}`;
  },
);

const rule = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
      description: 'at most 63 lower-case letters, digits and hyphens; reasons and metrics name the rule by it',
    }),
    when: Type.Optional(condition),
    matchers: Type.Optional(Type.Array(matcherSchema, { minItems: 1 })),
    action: Type.Enum([...ACTIONS]),
    dropProduction: Type.Optional(Type.Boolean()),
    priority: Type.Optional(Type.Enum([...PRIORITIES])),
    labels: Type.Optional(Type.Record(Type.String(), Type.String(), { minProperties: 1 })),
    labelNames: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
    relabel: Type.Optional(Type.Array(relabelStep, { minItems: 1, maxItems: 100 })),
    requireApproval: Type.Optional(approvalSchema),
  },
  { additionalProperties: false },
);

export const filterSpec = Type.Object(
  { rules: Type.Array(rule, { minItems: 1, maxItems: 10_000, description: 'a list with at least one rule' }) },
  { additionalProperties: false },
);

interface DeclaredRule {
  readonly name: string;
  readonly when?: string;
  readonly matchers?: readonly string[];
  readonly action: (typeof ACTIONS)[number];
  readonly dropProduction?: boolean;
  readonly priority?: (typeof PRIORITIES)[number];
  readonly labels?: LabelSet;
  readonly labelNames?: readonly string[];
  readonly relabel?: readonly RelabelStep[];
  readonly requireApproval?: DeclaredApproval;
}

/** What each action needs, and what it may have besides. */
const FIELDS: Readonly<
  Record<DeclaredRule['action'], { readonly needs?: keyof DeclaredRule; readonly may: readonly string[] }>
> = {
  drop: { may: ['dropProduction'] },
  keep: { may: [] },
  setPriority: { needs: 'priority', may: ['priority'] },
  setLabels: { needs: 'labels', may: ['labels'] },
  dropLabels: { needs: 'labelNames', may: ['labelNames'] },
  relabel: { needs: 'relabel', may: ['relabel', 'dropProduction'] },
  requireApproval: { needs: 'requireApproval', may: ['requireApproval'] },
};

const OF_ACTIONS = ['dropProduction', 'priority', 'labels', 'labelNames', 'relabel', 'requireApproval'];

/** What the schema cannot say: fields that do not belong to an action, names given twice, labels that are not an operator's. */
export function filterFaults(spec: unknown): Fault[] {
  const seen = new Map<unknown, number>();
  return listOf(spec, 'rules').flatMap((declared, i) => {
    const path = ['spec', 'rules', i];
    const name = fieldOf(declared, 'name');
    const first = seen.get(name);
    if (first === undefined) seen.set(name, i);
    const twice = first === undefined || name === undefined ? [] : [takenTwice(path, name, first)];
    const steps = listOf(declared, 'relabel').flatMap((step, j) => relabelFaults(step, [...path, 'relabel', j]));
    return [
      ...twice,
      ...actionFaults(declared, path),
      ...labelFaults(declared, path),
      ...approvalFaults(declared, path),
      ...steps,
    ];
  });
}

function takenTwice(path: Path, name: unknown, first: number): Fault {
  const message = `is ${JSON.stringify(name)}, the name of spec.rules[${first}] already; reasons could not tell them apart`;
  return { path: [...path, 'name'], message, target: 'value' };
}

function actionFaults(declared: unknown, path: Path): Fault[] {
  const action = ACTIONS.find((known) => known === fieldOf(declared, 'action'));
  if (action === undefined) return [];
  const { needs, may } = FIELDS[action];
  const missing = needs !== undefined && fieldOf(declared, needs) === undefined ? [needs] : [];
  const foreign = OF_ACTIONS.filter((field) => !may.includes(field) && fieldOf(declared, field) !== undefined);
  return [
    ...missing.map((field): Fault => {
      return { path: [...path, field], message: `is missing; the action ${action} needs it`, target: 'value' };
    }),
    ...foreign.map((field): Fault => {
      const allowed = may.length === 0 ? 'nothing besides when and matchers' : may.join(', ');
      const message = `does not belong to the action ${action}; allowed: ${allowed}`;
      return { path: [...path, field], message, target: 'key' };
    }),
  ];
}

function labelFaults(declared: unknown, path: Path): Fault[] {
  const labels = fieldOf(declared, 'labels');
  const set = typeof labels === 'object' && labels !== null ? Object.keys(labels) : [];
  return set
    .filter((name) => name === '' || name === '__proto__' || ADDED_LABELS.some((added) => added === name))
    .map((name): Fault => {
      const instead = name === 'priority' ? '; use the action setPriority' : '';
      const message = `is no label that a rule may set: ${name === '' ? 'it is empty' : 'Herald says itself what it is'}${instead}`;
      return { path: [...path, 'labels', name], message, target: 'key' };
    });
}

/** The rules of all Filters of a tenant, in the order of the Filters' names. All of them checked. */
export function compileTenantFilters(declared: readonly Declared[]): ReadonlyMap<string, Filters> {
  const byName = [...declared].sort((a, b) => (a.name < b.name ? -1 : 1));
  const tenants = Map.groupBy(byName, (filter) => filter.tenant);
  return new Map(
    [...tenants].map(([tenant, filters]) => {
      return [tenant, compileFilters(filters.flatMap(({ name, spec }) => filterRules(tenant, name, spec)))];
    }),
  );
}

function filterRules(tenant: string, name: string, spec: unknown): FilterRule[] {
  const { rules } = spec as { readonly rules: readonly DeclaredRule[] };
  return rules.map((declared) => ({
    filter: `${tenant}/${name}`,
    name: declared.name,
    matchers: (declared.matchers ?? []).map(checkedMatcher),
    when: declared.when === undefined ? null : checkedCondition(declared.when),
    action: actionOf(declared),
  }));
}

function checkedCondition(text: string): Expression {
  const compiled = alertConditions.compile(text, 'bool');
  if (!compiled.ok) throw new TypeError(`unchecked condition ${JSON.stringify(text)}`);
  return compiled.expression;
}

function actionOf(declared: DeclaredRule): FilterAction {
  const { action, dropProduction = false } = declared;
  switch (action) {
    case 'drop':
      return { type: 'drop', dropProduction };
    case 'keep':
      return { type: 'keep' };
    case 'setPriority':
      return { type: 'setPriority', priority: declared.priority! };
    case 'setLabels':
      return { type: 'setLabels', labels: declared.labels! };
    case 'dropLabels':
      return { type: 'dropLabels', names: declared.labelNames! };
    case 'relabel':
      return { type: 'relabel', steps: declared.relabel!.map(relabelOf), dropProduction };
    case 'requireApproval':
      return { type: 'requireApproval', demand: approvalDemand(declared.requireApproval!) };
    default:
      return action satisfies never;
  }
}
