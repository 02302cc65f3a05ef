/** The due times of a partition's entities: one binary heap, read against the time of the commit. */

interface Armed<T> {
  readonly at: number;
  readonly item: T;
}

export class Timers<T> {
  readonly #heap: Armed<T>[] = [];

  /** Due time of the earliest, or null. Unix time in milliseconds. */
  next(): number | null {
    return this.#heap[0]?.at ?? null;
  }

  arm(at: number, item: T): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push({ at, item });
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= at) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = { at, item };
  }

  /** Takes out everything that is due at `now`, earliest first. */
  *due(now: number): Generator<T> {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= now) yield this.#pop();
  }

  #pop(): T {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return top.item;
    let i = 0;
    while (true) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[child]!.at >= last.at) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top.item;
  }
}
