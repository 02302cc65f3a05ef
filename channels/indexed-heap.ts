/**
 * A binary heap whose items know their places, so that any of them can be taken out in O(log n). An item is in at most one
 * heap at a time.
 */

export interface HeapItem {
  /** Place in its heap; -1 outside. Only the heap writes it. */
  place: number;
}

export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return this.#items[item.place] === item;
  }

  add(item: T): void {
    this.#put(item, this.#items.length);
    this.#rise(item);
  }

  remove(item: T): void {
    const hole = item.place;
    const last = this.#items.pop()!;
    item.place = -1;
    if (last === item) return;
    this.#put(last, hole);
    this.#rise(last);
    this.#sink(last);
  }

  /** The first `count` in order, all still in the heap. */
  peek(count: number): T[] {
    const taken: T[] = [];
    const frontier = this.#items.length > 0 ? [0] : [];
    while (taken.length < count && frontier.length > 0) {
      let best = 0;
      for (let i = 1; i < frontier.length; i++) {
        if (this.#before(this.#items[frontier[i]!]!, this.#items[frontier[best]!]!)) best = i;
      }
      const place = frontier[best]!;
      taken.push(this.#items[place]!);
      frontier.splice(best, 1);
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.#items.length) frontier.push(child);
    }
    return taken;
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }

  #rise(item: T): void {
    while (item.place > 0) {
      const parent = this.#items[(item.place - 1) >> 1]!;
      if (!this.#before(item, parent)) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.place + 1];
      const right = this.#items[2 * item.place + 2];
      if (left === undefined) return;
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, item)) return;
      this.#swap(child, item);
    }
  }

  /** `upper` moves to the place of its parent `lower`. */
  #swap(upper: T, lower: T): void {
    const place = upper.place;
    this.#put(upper, lower.place);
    this.#put(lower, place);
  }
}
