/**
 * NamespaceLimit: how many alerts of a priority each namespace may have told in a minute. What comes beyond is a storm: held
 * back, and told in one summary, until no more than half as many come. A priority without a limit has none, so that production's P1 is never limited unless said so.
 */

import Type from 'typebox';
import { PRIORITIES, type Priority } from '../alert/alert.ts';
import type { CorrelationCondition } from '../alert/correlation.ts';
import { judge } from '../rules/correlation-condition.ts';
import { stormOptions, summaryFields } from './correlation-rule.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';

const MINUTE = 60_000;

const limit = Type.Integer({ minimum: 1, maximum: 1_000_000 });

export const namespaceLimitSpec = Type.Object(
  {
    matchers: Type.Optional(Type.Array(matcherSchema, { minItems: 1 })),
    limits: Type.Object(
      {
        P1: Type.Optional(limit),
        P2: Type.Optional(limit),
        P3: Type.Optional(limit),
        P4: Type.Optional(limit),
        P5: Type.Optional(limit),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
    ...summaryFields,
  },
  { additionalProperties: false },
);

type NamespaceLimitSpec = Type.Static<typeof namespaceLimitSpec>;

/** One rule per limited priority, for what the schema has checked. Their names hold a slash, which no CorrelationRule's does. */
export function namespaceLimits(name: string, spec: unknown): CorrelationCondition[] {
  const { limits, matchers = [], ...summary } = spec as NamespaceLimitSpec;
  const conditions = matchers.map(checkedMatcher);
  return PRIORITIES.flatMap((priority) => {
    const threshold = limits[priority];
    if (threshold === undefined) return [];
    const own = [...conditions, checkedMatcher(`priority="${priority}"`)];
    return [limitOf(`limit/${name}/${priority}`, threshold, priority, own, summary)];
  });
}

function limitOf(
  name: string,
  threshold: number,
  priority: Priority,
  matchers: readonly ReturnType<typeof checkedMatcher>[],
  summary: Parameters<typeof stormOptions>[0],
): CorrelationCondition {
  return {
    rule: {
      name,
      within: MINUTE,
      threshold,
      groupBy: ['namespace'],
      similarity: null,
      needsParent: false,
      action: 'storm',
      storm: { ...stormOptions(summary, [priority]), isLimit: true },
    },
    judge: (labels) => judge(matchers, null, labels),
    mayBeParent: () => false,
  };
}
