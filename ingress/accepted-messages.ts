/**
 * Receipts of signed messages that were accepted lately, by what names them. Bounded in time by the tolerance of their timestamps (past
 * it the signature itself is refused) and in number; the oldest go first. Each process knows its own: between several, what a replay
 * does is what any repetition does, it counts.
 */

const MOST = 100_000;

interface Known {
  readonly receipt: string;
  /** Unix time in milliseconds. */
  readonly until: number;
}

export class AcceptedMessages {
  readonly #known = new Map<string, Known>();

  /** null: not accepted before. */
  receiptOf(key: string, now: number): string | null {
    const known = this.#known.get(key);
    return known !== undefined && now <= known.until ? known.receipt : null;
  }

  accepted(key: string, receipt: string, now: number, until: number): void {
    this.#known.delete(key);
    this.#known.set(key, { receipt, until });
    // In order of arrival: those that are over stand in front, but for different tolerances.
    for (const [oldest, { until: end }] of this.#known) {
      if (end >= now && this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
  }
}
