/**
 * A tenant's Filters, compiled: ordered rules that drop an alert, keep it, or change what is routed and shown of it.
 *
 * Rules are asked in order, each sees what those before it made of the alert, and `drop` and `keep` end the asking. When in
 * doubt the alert stays: what is production or critical is dropped only by a rule that says so, and nothing is dropped once
 * the condition of an earlier rule could not be evaluated, for that rule might have kept it.
 */

import type { LabelSet, Priority } from '../alert/alert.ts';
import { type FilterFacts, type FilterOutcome, isProtected, unfiltered } from '../alert/filter.ts';
import type { CompiledMatcher } from '../alert/matcher.ts';
import { type Reason, type ReasonCode, reason } from '../alert/reason.ts';
import { type Equality, nextBit, RuleIndex } from '../alert/rule-index.ts';
import { AlertFacts, fieldOfLabel, fieldReader } from './alert-facts.ts';
import type { Expression } from './condition.ts';
import { changedNames, isGrownTooLarge } from './label-change.ts';
import { type Relabel, withLabel } from './relabel.ts';
import { type RuleCount, RuleCounts } from './rule-counts.ts';

export type FilterAction =
  | { readonly type: 'drop'; readonly dropProduction: boolean }
  | { readonly type: 'keep' }
  | { readonly type: 'setPriority'; readonly priority: Priority }
  | { readonly type: 'setLabels'; readonly labels: LabelSet }
  | { readonly type: 'dropLabels'; readonly names: readonly string[] }
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
  const course = new Course(facts, now);
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

/** Listed; how many there were beyond is said. */
const MOST_REASONS = 20;

/** One alert's way through the rules. */
class Course {
  readonly seen: AlertFacts;
  readonly #facts: FilterFacts;
  readonly #reasons: Reason[] = [];
  #more = 0;
  #priority: Priority | null = null;
  #dropped: Reason | null = null;
  #failures = 0;

  constructor(facts: FilterFacts, now: number) {
    this.#facts = facts;
    this.seen = new AlertFacts(facts, facts.profile.priority, now);
  }

  failed(rule: FilterRule, message: string): void {
    this.#failures++;
    this.#say('filter.error', rule, message);
  }

  act(rule: FilterRule): 'goes on' | 'ends' {
    const { action } = rule;
    switch (action.type) {
      case 'drop':
        return this.#drop(rule, action.dropProduction);
      case 'keep':
        this.#say('filter.kept', rule);
        return 'ends';
      case 'setPriority':
        this.#priority = action.priority;
        this.seen.priority = action.priority;
        this.#say('filter.priority', rule, action.priority);
        return 'goes on';
      case 'setLabels':
        return this.#relabelled(rule, withLabels(this.seen.labels, action.labels));
      case 'dropLabels':
        return this.#relabelled(rule, withoutLabels(this.seen.labels, action.names));
      case 'relabel':
        return this.#relabel(rule, action.steps, action.dropProduction);
      default:
        return action satisfies never;
    }
  }

  #drop(rule: FilterRule, dropProduction: boolean): 'goes on' | 'ends' {
    if (!dropProduction && isProtected(this.#facts, this.seen.labels)) {
      this.#say('filter.drop-refused', rule, `${this.#facts.profile.environment} alert, and no dropProduction`);
      return 'goes on';
    }
    if (this.#failures > 0) {
      this.#say('filter.drop-unsafe', rule);
      return 'goes on';
    }
    this.#dropped = reason('filter.dropped', named(rule));
    return 'ends';
  }

  #relabel(rule: FilterRule, steps: readonly Relabel[], dropProduction: boolean): 'goes on' | 'ends' {
    const before = this.seen.labels;
    let labels = before;
    for (const step of steps) {
      const next = step(labels);
      if (next !== null) labels = next;
      else if (this.#drop(rule, dropProduction) === 'ends') return 'ends';
      if (isGrownTooLarge(before, labels)) {
        this.failed(rule, 'the labels grow beyond all measure');
        return 'goes on';
      }
    }
    return this.#relabelled(rule, labels);
  }

  #relabelled(rule: FilterRule, labels: LabelSet): 'goes on' {
    if (labels !== this.seen.labels) this.#say('filter.labels', rule, changedNames(this.seen.labels, labels));
    this.seen.labels = labels;
    return 'goes on';
  }

  #say(code: ReasonCode, rule: FilterRule, detail = ''): void {
    if (this.#reasons.length >= MOST_REASONS) this.#more++;
    else this.#reasons.push(reason(code, detail === '' ? named(rule) : `${named(rule)}: ${detail}`));
  }

  outcome(): FilterOutcome {
    const more = this.#more === 0 ? [] : [reason('filter.more', `${this.#more} more`)];
    // Why it was dropped comes first: it is what its receipt is read for.
    const dropped = this.#dropped === null ? [] : [this.#dropped];
    const reasons = [...dropped, ...this.#reasons, ...more];
    return { dropped: this.#dropped, labels: this.seen.labels, priority: this.#priority, reasons };
  }
}

function named({ filter: of, name }: FilterRule): string {
  return `rule ${name} of Filter ${of}`;
}

function withLabels(labels: LabelSet, set: LabelSet): LabelSet {
  return Object.entries(set).reduce((changed, [name, value]) => withLabel(changed, name, value), labels);
}

function withoutLabels(labels: LabelSet, names: readonly string[]): LabelSet {
  return names.reduce((changed, name) => withLabel(changed, name, ''), labels);
}
