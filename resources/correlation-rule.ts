/** CorrelationRule: which alerts belong together, by what they share within a time frame, and what follows from it. */

import Type from 'typebox';
import { PRIORITIES, type Priority } from '../alert/alert.ts';
import { type CorrelationCondition, type CorrelationRule, type StormOptions, TOPOLOGY } from '../alert/correlation.ts';
import { matchesAll } from '../alert/matcher.ts';
import { correlationConditions, judge } from '../rules/correlation-condition.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import { DEFAULT_TENANT, durationSchema, fieldOf, listOf, milliseconds } from './resource.ts';
import { receiverNames, receiversSchema } from './route.ts';
import type { Fault } from './validate.ts';

const ACTIONS = ['annotate', 'suppressChildren', 'storm'] as const;

/** A window is kept in memory for as long. Milliseconds. */
const LONGEST = 24 * 3_600_000;

const condition = Type.Refine(
  Type.String({
    minLength: 1,
    description: 'a condition in CEL such as labels.team == "db" && environment != "production"',
  }),
  (text) => correlationConditions.compile(text, 'bool').ok,
  (text) => {
    const compiled = correlationConditions.compile(text, 'bool');
    const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    return compiled.ok ? 'is no condition' : `is ${JSON.stringify(shown)}, which ${compiled.message}`;
  },
);

/** Of `storm` here and of NamespaceLimit. */
export const summaryFields = {
  receivers: Type.Optional(receiversSchema),
  groupWait: Type.Optional(durationSchema(0)),
  repeatInterval: Type.Optional(durationSchema(1)),
};

const matchers = Type.Array(matcherSchema, { minItems: 1, description: 'a list with at least one matcher' });

export const correlationRuleSpec = Type.Object(
  {
    when: Type.Optional(condition),
    matchers: Type.Optional(matchers),
    within: durationSchema(1),
    threshold: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    groupBy: Type.Optional(Type.Array(Type.String({ minLength: 1, description: 'a label name' }), { minItems: 1 })),
    similarity: Type.Optional(
      Type.Object(
        {
          labels: Type.Optional(Type.Number({ minimum: 0.1, maximum: 1 })),
          message: Type.Optional(Type.Boolean()),
          topology: Type.Optional(Type.Array(Type.Enum([...TOPOLOGY]), { minItems: 1 })),
          plugin: Type.Optional(Type.String({ minLength: 1, description: 'the name of a Plugin of kind correlator' })),
          need: Type.Optional(Type.Enum(['any', 'all'])),
        },
        { additionalProperties: false },
      ),
    ),
    parent: Type.Optional(matchers),
    action: Type.Optional(Type.Enum([...ACTIONS])),
    storm: Type.Optional(
      Type.Object(
        { ...summaryFields, hold: Type.Optional(Type.Array(Type.Enum([...PRIORITIES]))) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

type CorrelationRuleSpec = Type.Static<typeof correlationRuleSpec>;

/** What the schema cannot say: what an action needs, and what does not belong to it. */
export function correlationFaults(spec: unknown): Fault[] {
  const action = fieldOf(spec, 'action') ?? 'annotate';
  const faults: Fault[] = [];
  const add = (field: string, message: string, target: Fault['target'] = 'key') =>
    faults.push({ path: ['spec', field], message, target });
  const has = (field: string) => fieldOf(spec, field) !== undefined;
  if (action === 'storm') {
    for (const field of ['similarity', 'parent']) {
      if (has(field)) add(field, 'does not belong to the action storm, which only counts');
    }
    if (!has('threshold'))
      add('threshold', 'is missing; the action storm needs it: more than so many are a storm', 'value');
    return [...faults, ...tooLong(spec)];
  }
  if (has('storm')) add('storm', `does not belong to the action ${String(action)}; allowed with action: storm`);
  if (fieldOf(spec, 'threshold') === 1)
    add('threshold', 'is 1; allowed: 2 or more, or every alert would be an incident', 'value');
  const similarity = fieldOf(spec, 'similarity');
  const compares =
    fieldOf(similarity, 'labels') !== undefined ||
    fieldOf(similarity, 'message') === true ||
    fieldOf(similarity, 'plugin') !== undefined ||
    listOf(similarity, 'topology').length > 0;
  if (similarity !== undefined && !compares) {
    add('similarity', 'compares nothing; allowed: at least one of labels, message: true, topology, plugin', 'value');
  }
  if (similarity === undefined && !has('groupBy')) {
    add('groupBy', 'is missing, and so is similarity: all alerts of the time frame would belong together', 'value');
  }
  return [...faults, ...tooLong(spec)];
}

function tooLong(spec: unknown): Fault[] {
  const within = fieldOf(spec, 'within');
  if (typeof within !== 'string' || milliseconds(within) <= LONGEST) return [];
  const message = `is ${JSON.stringify(within)}; allowed: at most 1d, the alerts of the time frame are kept in memory`;
  return [{ path: ['spec', 'within'], message, target: 'value' }];
}

/** For what the schema has checked. */
export function correlationRule(name: string, spec: unknown, tenant = DEFAULT_TENANT): CorrelationCondition {
  const checked = spec as CorrelationRuleSpec;
  const { action = 'annotate', storm, similarity, parent } = checked;
  const conditions = (checked.matchers ?? []).map(checkedMatcher);
  const when = checked.when === undefined ? null : checkedCondition(checked.when);
  const parents = parent?.map(checkedMatcher) ?? null;
  const rule: CorrelationRule = {
    name,
    within: milliseconds(checked.within),
    threshold: checked.threshold ?? 2,
    groupBy: [...new Set(checked.groupBy ?? [])],
    similarity:
      similarity === undefined
        ? null
        : {
            labels: similarity.labels ?? null,
            message: similarity.message ?? false,
            topology: [...new Set(similarity.topology ?? [])],
            ...(similarity.plugin === undefined ? {} : { plugin: `${tenant}/${similarity.plugin}` }),
            need: similarity.need ?? 'any',
          },
    needsParent: parents !== null,
    action,
    storm: action === 'storm' ? stormOptions(storm ?? {}, storm?.hold ?? NOT_MOST_URGENT) : null,
  };
  return {
    rule,
    judge: (labels) => judge(conditions, when, labels),
    mayBeParent: (labels) => parents !== null && matchesAll(parents, labels),
  };
}

function checkedCondition(text: string) {
  const compiled = correlationConditions.compile(text, 'bool');
  if (!compiled.ok) throw new TypeError(`unchecked condition ${JSON.stringify(text)}`);
  return compiled.expression;
}

const NOT_MOST_URGENT: readonly Priority[] = PRIORITIES.filter((priority) => priority !== 'P1');

const GROUP_WAIT = 10_000;
const REPEAT_INTERVAL = 1_800_000;

interface SummaryFields {
  readonly receivers?: readonly string[];
  readonly groupWait?: string;
  readonly repeatInterval?: string;
}

export function stormOptions(
  { receivers, groupWait, repeatInterval }: SummaryFields,
  hold: readonly Priority[],
): StormOptions {
  return {
    channels: receivers === undefined ? null : receiverNames(receivers),
    groupWait: groupWait === undefined ? GROUP_WAIT : milliseconds(groupWait),
    repeatInterval: repeatInterval === undefined ? REPEAT_INTERVAL : milliseconds(repeatInterval),
    hold,
  };
}
