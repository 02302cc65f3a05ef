/** One alert's way through the rules of its tenant's Filters: what those that match make of it, and why. */

import type { LabelSet, Priority } from '../alert/alert.ts';
import type { ApprovalDemand } from '../alert/approval-demand.ts';
import { type FilterFacts, type FilterOutcome, isProtected } from '../alert/filter.ts';
import { type Reason, type ReasonCode, reason } from '../alert/reason.ts';
import { AlertFacts } from './alert-facts.ts';
import type { FilterRule } from './filter.ts';
import { changedNames, isGrownTooLarge } from './label-change.ts';
import { type Relabel, withLabel } from './relabel.ts';

/** Listed; how many there were beyond is said. */
const MOST_REASONS = 20;

/** One alert's way. */
export class FilterCourse {
  readonly seen: AlertFacts;
  readonly #facts: FilterFacts;
  readonly #reasons: Reason[] = [];
  #more = 0;
  #priority: Priority | null = null;
  #dropped: Reason | null = null;
  #approval: ApprovalDemand | null = null;
  #failures = 0;
  #looks = 0;

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
      case 'requireApproval':
        // One person's decision is enough: the first rule says whose.
        this.#approval ??= { ...action.demand, rule: named(rule) };
        return 'goes on';
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
      this.#looks += countOf(labels);
      if (this.#looks > MOST_LOOKS) {
        this.failed(rule, `relabelling looks at more than ${MOST_LOOKS} labels of one alert`);
        return 'goes on';
      }
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
    const outcome = { dropped: this.#dropped, labels: this.seen.labels, priority: this.#priority, reasons };
    return this.#approval === null ? outcome : { ...outcome, approval: this.#approval };
  }
}

/** A step may look at each label, and copies them all when it changes one: about a microsecond for each, so a quarter of a second. */
const MOST_LOOKS = 250_000;

function countOf(labels: LabelSet): number {
  let count = 1;
  for (const _ in labels) count++;
  return count;
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
