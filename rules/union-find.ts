/** Disjoint sets of numbers that links join (Tarjan). The lowest number stands for its set. */

export class UnionFind {
  readonly #parents: Map<number, number>;

  constructor(members: Iterable<number>) {
    this.#parents = new Map(Array.from(members, (member) => [member, member]));
  }

  join(a: number, b: number): void {
    const x = this.#root(a);
    const y = this.#root(b);
    if (x !== y) this.#parents.set(Math.max(x, y), Math.min(x, y));
  }

  joined(a: number, b: number): boolean {
    return this.#root(a) === this.#root(b);
  }

  /** Each in ascending order, and they in the order of their lowest. */
  sets(): number[][] {
    const members = [...this.#parents.keys()].sort((a, b) => a - b);
    return [...Map.groupBy(members, (member) => this.#root(member)).values()];
  }

  #root(member: number): number {
    let root = member;
    while (this.#parents.get(root)! !== root) root = this.#parents.get(root)!;
    // What was walked is short-cut, so that the next walk is short.
    for (let at = member; at !== root; ) {
      const next = this.#parents.get(at)!;
      this.#parents.set(at, root);
      at = next;
    }
    return root;
  }
}
