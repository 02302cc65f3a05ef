/**
 * Which alerts a CorrelationRule is about: by matchers and by a condition in CEL, both over the labels as matchers see them. It
 * is asked when an alert opens, and during a storm when its group is about to tell of it, so it sees no more than labels.
 */

import type { LabelSet } from '../alert/alert.ts';
import type { CorrelationVerdict } from '../alert/correlation.ts';
import { type CompiledMatcher, matchesAll } from '../alert/matcher.ts';
import { namespaceOf } from '../alert/namespace.ts';
import { type Expression, type ExpressionCompiler, expressionCompiler } from './condition.ts';

/** Among the labels; the condition has them as variables, too. */
const ADDED = ['tenant', 'environment', 'priority', 'businessUnit', 'owner', 'criticality'] as const;

const MOST_STEPS = 10_000;

/** `ns`: CEL reserves the word namespace. */
export const correlationConditions: ExpressionCompiler = expressionCompiler({
  types: { labels: 'map<string, string>', ns: 'string', ...Object.fromEntries(ADDED.map((name) => [name, 'string'])) },
  texts: ['labels'],
  steps: MOST_STEPS,
});

const MET: CorrelationVerdict = { met: true, problem: null };
const NOT_MET: CorrelationVerdict = { met: false, problem: null };

/** An evaluation that fails counts as not met: the alert goes on uncorrelated. */
export function judge(
  matchers: readonly CompiledMatcher[],
  when: Expression | null,
  labels: LabelSet,
): CorrelationVerdict {
  if (!matchesAll(matchers, labels)) return NOT_MET;
  if (when === null) return MET;
  const facts: Record<string, unknown> = { labels, ns: namespaceOf(labels) };
  for (const name of ADDED) facts[name] = labels[name] ?? '';
  const evaluated = when.evaluate(facts);
  if (!evaluated.ok) return { met: false, problem: evaluated.message };
  return evaluated.value === true ? MET : NOT_MET;
}
