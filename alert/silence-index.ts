/**
 * Which silences may match an alert that nobody asked about yet. Two hundred silences with patterns are two hundred questions for
 * each of 10,000 alerts that come at once; found by a value that they need, or by one automaton for all patterns of a label,
 * they are a handful. Nothing is left out that could match.
 */

import type { LabelSet } from './alert.ts';
import { labelValue } from './label-order.ts';
import type { SilenceRule } from './silence.ts';

/** The places of the patterns that match a whole value. Patterns are a vendor's business, so this is a port. */
export type FindPatterns = (patterns: readonly string[]) => (value: string) => readonly number[];

interface ByValue {
  readonly name: string;
  /** Places of the rules that need this value. */
  readonly places: Map<string, number[]>;
}

interface ByPattern {
  readonly name: string;
  readonly find: (value: string) => readonly number[];
  readonly places: readonly number[];
}

/** Fewer are asked faster than found. */
const WORTH_IT = 16;

export class SilenceIndex {
  readonly #rules: readonly SilenceRule[];
  readonly #findPatterns: FindPatterns;
  #built: { readonly always: readonly number[]; readonly values: ByValue[]; readonly patterns: ByPattern[] } | null =
    null;

  constructor(rules: readonly SilenceRule[], findPatterns: FindPatterns) {
    this.#rules = rules;
    this.#findPatterns = findPatterns;
  }

  /** In the order of the rules. */
  candidates(labels: LabelSet): readonly SilenceRule[] {
    if (this.#rules.length < WORTH_IT) return this.#rules;
    this.#built ??= this.#build();
    const { always, values, patterns } = this.#built;
    const found = [...always];
    for (const { name, places } of values) found.push(...(places.get(labelValue(labels, name)) ?? []));
    for (const { name, find, places } of patterns) {
      const value = labelValue(labels, name);
      if (value !== '') for (const i of find(value)) found.push(places[i]!);
    }
    return found.sort((a, b) => a - b).map((place) => this.#rules[place]!);
  }

  /** Each rule by the one matcher that leaves out most: a value, else a pattern. */
  #build() {
    const always: number[] = [];
    const values = new Map<string, ByValue>();
    const patterns = new Map<string, { readonly texts: string[]; readonly places: number[] }>();
    for (const [place, { matchers }] of this.#rules.entries()) {
      const equal = matchers.find(({ operator, value }) => operator === '=' && value !== '');
      const pattern = matchers.find(({ operator, matches }) => operator === '=~' && !matches(''));
      if (equal !== undefined) {
        const of = values.get(equal.name) ?? { name: equal.name, places: new Map<string, number[]>() };
        values.set(equal.name, of);
        of.places.set(equal.value, [...(of.places.get(equal.value) ?? []), place]);
      } else if (pattern !== undefined) {
        const of = patterns.get(pattern.name) ?? { texts: [], places: [] };
        patterns.set(pattern.name, of);
        of.texts.push(pattern.value);
        of.places.push(place);
      } else always.push(place);
    }
    return {
      always,
      values: [...values.values()],
      patterns: [...patterns].map(([name, { texts, places }]) => ({ name, find: this.#findPatterns(texts), places })),
    };
  }
}
