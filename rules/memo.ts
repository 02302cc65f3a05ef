/**
 * A bounded memory of answers by name, in two generations: a full young one becomes the old one, and the old one is dropped.
 * Names in use move back to the young one when they are asked for, so they stay; each costs one map look-up.
 */
export class Memo<T> {
  readonly #perGeneration: number;
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  /** Holds at most `limit` answers, and the last limit / 2 asked for at any rate. */
  constructor(limit: number) {
    this.#perGeneration = Math.max(1, limit >> 1);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(name: string): T | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) {
      this.#old.delete(name);
      this.set(name, old);
    }
    return old;
  }

  set(name: string, answer: T): void {
    if (this.#young.size >= this.#perGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, answer);
  }
}
