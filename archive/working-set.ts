/**
 * The rows of one table that one transaction touches. They are loaded together, change in memory however often, and are
 * written once each.
 */

import type { BulkTable, Connection } from './bulk.ts';

export class WorkingSet<Row> {
  readonly #table: BulkTable<Row>;
  readonly #keyOf: (row: Row) => string;
  readonly #wanted = new Set<string>();
  readonly #rows = new Map<string, Row>();
  /** What was changed, and the row as it was loaded. */
  readonly #changed = new Map<string, Row | null>();

  constructor(table: BulkTable<Row>, keyOf: (row: Row) => string) {
    this.#table = table;
    this.#keyOf = keyOf;
  }

  /** Asks for a row before `load`. */
  want(key: string): void {
    this.#wanted.add(key);
  }

  async load(db: Connection): Promise<void> {
    for (const row of await this.#table.load(db, [...this.#wanted])) this.#rows.set(this.#keyOf(row), row);
  }

  get(key: string): Row | null {
    return this.#rows.get(key) ?? null;
  }

  put(row: Row): void {
    const key = this.#keyOf(row);
    if (!this.#changed.has(key)) this.#changed.set(key, this.get(key));
    this.#rows.set(key, row);
  }

  async save(db: Connection): Promise<void> {
    const placed: Row[] = [];
    const others: Row[] = [];
    for (const [key, before] of this.#changed) {
      const after = this.#rows.get(key)!;
      (before !== null && this.#table.keepsItsPlace(before, after) ? placed : others).push(after);
    }
    await this.#table.rewrite(db, placed);
    await this.#table.upsert(db, others);
  }
}
