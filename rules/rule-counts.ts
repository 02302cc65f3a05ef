/**
 * How often each rule was asked and matched, exactly and for next to nothing: a rule that the index leaves out was asked and
 * did not match, so only matches, errors and the rule that ended the filtering have to be counted. Counts belong to one
 * compiled policy and start anew with the next.
 */

export interface RuleCount {
  readonly matched: number;
  readonly notMatched: number;
  /** Its condition could not be evaluated. */
  readonly errors: number;
}

export class RuleCounts {
  #runs = 0;
  readonly #matched: Float64Array;
  readonly #errors: Float64Array;
  readonly #ended: Float64Array;

  constructor(rules: number) {
    this.#matched = new Float64Array(rules);
    this.#errors = new Float64Array(rules);
    this.#ended = new Float64Array(rules);
  }

  ran(): void {
    this.#runs++;
  }

  matched(rule: number): void {
    this.#matched[rule]!++;
  }

  failed(rule: number): void {
    this.#errors[rule]!++;
  }

  /** No rule after this one was asked. */
  ended(rule: number): void {
    this.#ended[rule]!++;
  }

  /** In the order of the rules. */
  read(): RuleCount[] {
    let asked = this.#runs;
    return Array.from(this.#matched, (matched, i) => {
      const errors = this.#errors[i]!;
      const count = { matched, notMatched: asked - matched - errors, errors };
      asked -= this.#ended[i]!;
      return count;
    });
  }
}
