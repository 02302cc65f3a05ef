/**
 * Finds the rules that may apply. Each rule says what must be equal (`labels.team` is `db`); of a thousand rules an alert meets
 * the equalities of a handful, and only these are evaluated. One bit per rule: for each field that rules speak of, the rules
 * that the alert's value allows, and all of that put together. Nothing is left out that could match.
 */

export interface Equality {
  /** `environment`, or the name of a label after `labels.`; for routes the name of the label alone. */
  readonly field: string;
  /** One of these; never empty text, which a missing label equals. */
  readonly values: readonly string[];
}

export interface Indexed {
  readonly equalities: readonly Equality[];
}

interface Field<Facts> {
  readonly read: (facts: Facts) => string;
  /** Rules that allow this value, among them all that do not speak of the field. */
  readonly byValue: ReadonlyMap<string, Uint32Array>;
  readonly others: Uint32Array;
}

const BITS = 32;

export class RuleIndex<Facts> {
  readonly #fields: readonly Field<Facts>[];
  readonly #words: number;
  readonly #all: Uint32Array;
  readonly #found: Uint32Array;

  /** `reader`: null for fields that rules cannot be found by. */
  constructor(rules: readonly Indexed[], reader: (field: string) => ((facts: Facts) => string) | null) {
    this.#words = Math.ceil(rules.length / BITS);
    this.#all = new Uint32Array(this.#words);
    for (let i = 0; i < rules.length; i++) setBit(this.#all, i);
    this.#found = new Uint32Array(this.#words);
    this.#fields = [...new Set(rules.flatMap((rule) => rule.equalities.map(({ field }) => field)))].flatMap((field) => {
      const read = reader(field);
      return read === null ? [] : [this.#field(field, read, rules)];
    });
  }

  #field(field: string, read: (facts: Facts) => string, rules: readonly Indexed[]): Field<Facts> {
    const others = this.#all.slice();
    const byValue = new Map<string, Uint32Array>();
    const speaking = rules.flatMap(({ equalities }, i) => {
      const values = valuesAllowed(equalities, field);
      return values === null ? [] : [{ i, values }];
    });
    for (const { i } of speaking) clearBit(others, i);
    for (const { i, values } of speaking) {
      for (const value of values) {
        const bits = byValue.get(value) ?? others.slice();
        byValue.set(value, bits);
        setBit(bits, i);
      }
    }
    return { read, byValue, others };
  }

  /** Valid until the next call. Go through it with `nextBit`. */
  candidates(facts: Facts): Uint32Array {
    const found = this.#found;
    found.set(this.#all);
    for (const { read, byValue, others } of this.#fields) {
      const bits = byValue.get(read(facts)) ?? others;
      for (let word = 0; word < this.#words; word++) found[word]! &= bits[word]!;
    }
    return found;
  }
}

/** Of several equalities of one field any one may be taken: all of them must hold. null: the rule does not speak of it. */
function valuesAllowed(equalities: readonly Equality[], field: string): readonly string[] | null {
  return equalities.find((equality) => equality.field === field)?.values ?? null;
}

function setBit(bits: Uint32Array, i: number): void {
  bits[i >>> 5]! |= 1 << (i & 31);
}

function clearBit(bits: Uint32Array, i: number): void {
  bits[i >>> 5]! &= ~(1 << (i & 31));
}

/** The first set bit at `from` or behind; -1: none. */
export function nextBit(bits: Uint32Array, from: number): number {
  let word = from >>> 5;
  if (word >= bits.length) return -1;
  let left = bits[word]! & (-1 << (from & 31));
  while (left === 0) {
    if (++word >= bits.length) return -1;
    left = bits[word]!;
  }
  return (word << 5) + 31 - Math.clz32(left & -left);
}
