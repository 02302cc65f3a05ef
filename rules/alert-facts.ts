/**
 * What a condition sees of an alert: its normal form and what Herald knows of its namespace. Matchers of rules see the same
 * labels as those of routes.
 */

import type { LabelSet, Priority } from '../alert/alert.ts';
import type { FilterFacts } from '../alert/filter.ts';
import { labelValue } from '../alert/label-order.ts';
import { type ExpressionCompiler, expressionCompiler } from './condition.ts';

const TIMESTAMP = 'google.protobuf.Timestamp';

/** Every value is there, and empty where nothing is known; `endsAt` may be null. `ns`: CEL reserves the word namespace. */
const VARIABLES = {
  labels: 'map<string, string>',
  annotations: 'map<string, string>',
  startsAt: TIMESTAMP,
  endsAt: 'dyn',
  source: 'string',
  generatorURL: 'string',
  tenant: 'string',
  ns: 'string',
  environment: 'string',
  priority: 'string',
  businessUnit: 'string',
  owner: 'string',
  criticality: 'string',
  now: TIMESTAMP,
} as const;

/** Loops go over an alert's labels, and over lists in the expression itself. */
const MOST_STEPS = 10_000;

/** `status` stands there, too: filters judge alerts that fire. */
export const alertConditions: ExpressionCompiler = expressionCompiler({
  types: { ...VARIABLES, status: 'string' },
  texts: ['labels', 'annotations'],
  steps: MOST_STEPS,
});

/** Labels that Herald adds: nobody's own label of such a name is seen. */
export const ADDED_LABELS = ['tenant', 'environment', 'priority', 'businessUnit', 'owner', 'criticality'] as const;

const isAdded: ReadonlySet<string> = new Set(ADDED_LABELS);

export class AlertFacts {
  readonly annotations: LabelSet;
  readonly status = 'firing';
  readonly source: string;
  readonly generatorURL: string;
  readonly tenant: string;
  readonly ns: string;
  readonly environment: string;
  readonly businessUnit: string;
  readonly owner: string;
  readonly criticality: string;
  /** Both as the rules before left them. */
  labels: LabelSet;
  priority: string;
  readonly #facts: FilterFacts;
  readonly #now: number;

  constructor(facts: FilterFacts, priority: Priority, now: number) {
    const { alert, profile } = facts;
    this.labels = alert.labels;
    this.annotations = alert.annotations;
    this.source = alert.source;
    this.generatorURL = alert.generatorURL;
    this.tenant = alert.tenant;
    this.ns = profile.namespace;
    this.environment = profile.environment;
    this.businessUnit = profile.businessUnit ?? '';
    this.owner = profile.owner ?? '';
    this.criticality = profile.criticality ?? '';
    this.priority = priority;
    this.#facts = facts;
    this.#now = now;
  }

  get startsAt(): Date {
    return new Date(this.#facts.alert.startsAt);
  }

  get endsAt(): Date | null {
    const { endsAt } = this.#facts.alert;
    return endsAt === null ? null : new Date(endsAt);
  }

  get now(): Date {
    return new Date(this.#now);
  }

  /** As matchers of routes see it. */
  label(name: string): string {
    return isAdded.has(name) ? (this[name as (typeof ADDED_LABELS)[number]] ?? '') : labelValue(this.labels, name);
  }
}

/** The name of what a matcher on `name` looks at, in the words of conditions. */
export function fieldOfLabel(name: string): string {
  return isAdded.has(name) ? name : `labels.${name}`;
}

/** The value of a field, as an equality of a condition names it; null: not one that rules are found by. */
export function fieldReader(field: string): ((facts: AlertFacts) => string) | null {
  if (field.startsWith('labels.')) return (facts) => labelValue(facts.labels, field.slice('labels.'.length));
  return INDEXED[field] ?? null;
}

const INDEXED: Readonly<Record<string, (facts: AlertFacts) => string>> = {
  environment: (facts) => facts.environment,
  ns: (facts) => facts.ns,
  priority: (facts) => facts.priority,
  source: (facts) => facts.source,
  businessUnit: (facts) => facts.businessUnit,
  owner: (facts) => facts.owner,
  criticality: (facts) => facts.criticality,
};
