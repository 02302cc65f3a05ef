/**
 * Inhibition, as Alertmanager has it (inhibit/inhibit.go): an alert that matches a rule's target is not told while another one
 * fires that matches the rule's source and has the same values of its `equal` labels. One that matches both sides is not
 * inhibited by another that matches both: they would silence each other. A missing label equals an empty one.
 *
 * The alerts that fire and match a source are kept by the values of each rule's `equal` labels: looking is one lookup, however
 * many there are.
 */

import type { LabelSet } from './alert.ts';
import { labelValue } from './label-order.ts';
import { type CompiledMatcher, matchesAll } from './matcher.ts';

export interface InhibitionRule {
  readonly name: string;
  readonly source: readonly CompiledMatcher[];
  readonly target: readonly CompiledMatcher[];
  readonly equal: readonly string[];
}

/** Labels as matchers see them, by fingerprint. Alerts that fire and match the source of some rule. */
export type Sources = ReadonlyMap<string, LabelSet>;

export interface Inhibitor {
  readonly rule: InhibitionRule;
  readonly fingerprint: string;
}

/** Of one rule: fingerprints by the values of its `equal` labels. */
interface RuleIndex {
  readonly rule: InhibitionRule;
  readonly oneSided: Map<string, Set<string>>;
  /** They match the target as well. */
  readonly twoSided: Map<string, Set<string>>;
}

/** Is it an alert that may inhibit others? */
export function isSource(rules: readonly InhibitionRule[], labels: LabelSet): boolean {
  return rules.some((rule) => matchesAll(rule.source, labels));
}

export class SourceIndex {
  readonly rules: readonly InhibitionRule[];
  readonly #indexes: readonly RuleIndex[];

  constructor(rules: readonly InhibitionRule[], sources: Sources) {
    this.rules = rules;
    this.#indexes = rules.map((rule) => ({ rule, oneSided: new Map(), twoSided: new Map() }));
    for (const [fingerprint, labels] of sources) this.add(fingerprint, labels);
  }

  add(fingerprint: string, labels: LabelSet): void {
    for (const index of this.#indexes) {
      if (!matchesAll(index.rule.source, labels)) continue;
      const side = sideOf(index, labels);
      const key = equalKey(index.rule, labels);
      const present = side.get(key);
      if (present === undefined) side.set(key, new Set([fingerprint]));
      else present.add(fingerprint);
    }
  }

  /** `labels`: those that it was added with. */
  remove(fingerprint: string, labels: LabelSet): void {
    for (const index of this.#indexes) {
      const side = sideOf(index, labels);
      const key = equalKey(index.rule, labels);
      const present = side.get(key);
      if (present?.delete(fingerprint) && present.size === 0) side.delete(key);
    }
  }

  /** The first rule, in their order, by which another alert inhibits this one. */
  inhibitorOf(labels: LabelSet): Inhibitor | null {
    for (const { rule, oneSided, twoSided } of this.#indexes) {
      if (oneSided.size === 0 && twoSided.size === 0) continue;
      if (!matchesAll(rule.target, labels)) continue;
      const key = equalKey(rule, labels);
      const fingerprint =
        first(oneSided.get(key)) ?? (matchesAll(rule.source, labels) ? null : first(twoSided.get(key)));
      if (fingerprint !== null) return { rule, fingerprint };
    }
    return null;
  }
}

function sideOf({ rule, oneSided, twoSided }: RuleIndex, labels: LabelSet) {
  return matchesAll(rule.target, labels) ? twoSided : oneSided;
}

function first(fingerprints: ReadonlySet<string> | undefined): string | null {
  return fingerprints?.values().next().value ?? null;
}

/** The length before each value keeps `a` + `bc` from being `ab` + `c`. */
function equalKey({ equal }: InhibitionRule, labels: LabelSet): string {
  let key = '';
  for (const name of equal) {
    const value = labelValue(labels, name);
    key += `${value.length}:${value}`;
  }
  return key;
}
