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
  readonly #changed = new Set<string>();

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
    this.#rows.set(key, row);
    this.#changed.add(key);
  }

  async save(db: Connection): Promise<void> {
    await this.#table.upsert(
      db,
      [...this.#changed].map((key) => this.#rows.get(key)!),
    );
  }
}
