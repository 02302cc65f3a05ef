/**
 * A tenant's Filters, compiled: ordered rules that drop an alert, keep it, or change what is routed and shown of it.
 *
 * Rules are asked in order, each sees what those before it made of the alert, and `drop` and `keep` end the asking. When in
 * doubt the alert stays: what is production or critical is dropped only by a rule that says so, and nothing is dropped once
 * the condition of an earlier rule could not be evaluated, for that rule might have kept it.
 */

import type { LabelSet, Priority } from '../alert/alert.ts';
import type { ApprovalDemand } from '../alert/approval-demand.ts';
import { type FilterFacts, type FilterOutcome, unfiltered } from '../alert/filter.ts';
import type { CompiledMatcher } from '../alert/matcher.ts';
import { type Equality, nextBit, RuleIndex } from '../alert/rule-index.ts';
import { type AlertFacts, fieldOfLabel, fieldReader } from './alert-facts.ts';
import type { Expression } from './condition.ts';
import { FilterCourse } from './filter-course.ts';
import type { Relabel } from './relabel.ts';
import { type RuleCount, RuleCounts } from './rule-counts.ts';

export type FilterAction =
  | { readonly type: 'drop'; readonly dropProduction: boolean }
  | { readonly type: 'keep' }
  | { readonly type: 'setPriority'; readonly priority: Priority }
  | { readonly type: 'setLabels'; readonly labels: LabelSet }
  | { readonly type: 'dropLabels'; readonly names: readonly string[] }
  | { readonly type: 'requireApproval'; readonly demand: Omit<ApprovalDemand, 'rule'> }
  | { readonly type: 'relabel'; readonly steps: readonly Relabel[]; readonly dropProduction: boolean };

export interface FilterRule {
  /** `tenant/name` of its Filter. */
  readonly filter: string;
  readonly name: string;
  readonly matchers: readonly CompiledMatcher[];
  readonly when: Expression | null;
  readonly action: FilterAction;
}

export interface Filters {
  apply(facts: FilterFacts, now: number): FilterOutcome;
  /** Without counting. */
  tryOut(facts: FilterFacts, now: number): FilterOutcome;
  readonly rules: readonly FilterRule[];
  /** In the order of the rules. */
  counts(): readonly RuleCount[];
}

/** `indexed` false asks every rule: for comparison. */
export function compileFilters(rules: readonly FilterRule[], indexed = true): Filters {
  const counts = new RuleCounts(rules.length);
  const found = rules.map((rule) => ({ equalities: indexed ? equalitiesOf(rule) : [] }));
  const index = new RuleIndex<AlertFacts>(found, fieldReader);
  const noRules = rules.length === 0;
  return {
    apply: (facts, now) => (noRules ? unfiltered(facts.alert.labels) : filter(rules, index, facts, now, counts)),
    tryOut: (facts, now) => (noRules ? unfiltered(facts.alert.labels) : filter(rules, index, facts, now, null)),
    rules,
    counts: () => counts.read(),
  };
}

function equalitiesOf({ matchers, when }: FilterRule): Equality[] {
  const matched = matchers
    .filter(({ operator, value }) => operator === '=' && value !== '')
    .map(({ name, value }) => ({ field: fieldOfLabel(name), values: [value] }));
  return [...matched, ...(when?.equalities ?? [])];
}

function filter(
  rules: readonly FilterRule[],
  index: RuleIndex<AlertFacts>,
  facts: FilterFacts,
  now: number,
  counts: RuleCounts | null,
): FilterOutcome {
  const course = new FilterCourse(facts, now);
  counts?.ran();
  let candidates = index.candidates(course.seen);
  for (let i = nextBit(candidates, 0); i >= 0; i = nextBit(candidates, i + 1)) {
    const rule = rules[i]!;
    const verdict = applies(rule, course.seen);
    if (verdict === false) continue;
    if (verdict !== true) {
      counts?.failed(i);
      course.failed(rule, verdict.message);
      continue;
    }
    counts?.matched(i);
    const before = course.seen.labels;
    const priority = course.seen.priority;
    if (course.act(rule) === 'ends') {
      counts?.ended(i);
      break;
    }
    // What a rule changed may rule others in, or out.
    if (course.seen.labels !== before || course.seen.priority !== priority) candidates = index.candidates(course.seen);
  }
  return course.outcome();
}

function applies({ matchers, when }: FilterRule, seen: AlertFacts): boolean | { readonly message: string } {
  for (const matcher of matchers) if (!matcher.matches(seen.label(matcher.name))) return false;
  if (when === null) return true;
  const evaluated = when.evaluate(seen);
  return evaluated.ok ? evaluated.value === true : evaluated;
}
