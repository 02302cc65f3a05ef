/** Inhibition: what need not be told while something worse fires. Field names as in prometheus-operator's AlertmanagerConfig. */

import Type from 'typebox';
import type { InhibitionRule } from '../alert/inhibit.ts';
import { cheapestFirst } from '../alert/matcher.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';

const side = Type.Array(matcherSchema, { minItems: 1, description: 'a list with at least one matcher' });

export const inhibitionSpec = Type.Object(
  {
    sourceMatch: side,
    targetMatch: side,
    equal: Type.Optional(Type.Array(Type.String({ minLength: 1, description: 'a label name' }))),
  },
  { additionalProperties: false },
);

type InhibitionSpec = Type.Static<typeof inhibitionSpec>;

/** For what the schema has checked. */
export function inhibitionRule(name: string, spec: unknown): InhibitionRule {
  const { sourceMatch, targetMatch, equal = [] } = spec as InhibitionSpec;
  return {
    name,
    source: cheapestFirst(sourceMatch.map(checkedMatcher)),
    target: cheapestFirst(targetMatch.map(checkedMatcher)),
    equal: [...new Set(equal)],
  };
}
