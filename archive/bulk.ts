/**
 * Many rows in few statements. Kysely compiles a statement once per number of rows; after that only parameters move, which
 * is what makes projecting tens of thousands of events a second possible.
 */

import { CompiledQuery, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Tables } from './schema.ts';

export type Connection = Kysely<Tables> | Transaction<Tables>;

/** Rows per statement, largest first: what is left over goes into smaller ones. */
const CHUNKS = [64, 16, 4, 1] as const;

export interface BulkTable<Row> {
  /** Inserts; a row whose key is there already is replaced (or left alone, if the table says so). */
  upsert(db: Connection, rows: readonly Row[]): Promise<void>;
  /** As upsert, for rows that are there and whose indexed columns did not change: no index needs to be touched. */
  rewrite(db: Connection, rows: readonly Row[]): Promise<void>;
  /** Can the row that was `before` be rewritten as `after`? */
  keepsItsPlace(before: Row, after: Row): boolean;
  /** Rows whose (single column) key is one of `keys`. */
  load(db: Connection, keys: readonly string[]): Promise<Row[]>;
}

export interface BulkOptions<Name extends keyof Tables> {
  readonly table: Name;
  readonly key: readonly (keyof Tables[Name] & string)[];
  readonly columns: readonly (keyof Tables[Name] & string)[];
  /** Columns other than the key that an index holds. SQLite writes an index anew whenever its column is named in a SET. */
  readonly indexed?: readonly (keyof Tables[Name] & string)[];
  readonly onConflict: 'replace' | 'keep';
}

export function bulkTable<Name extends keyof Tables>(options: BulkOptions<Name>): BulkTable<Tables[Name]> {
  const { columns, key, indexed = [] } = options;
  const changeable = columns.filter((column) => !key.includes(column));
  const unindexed = changeable.filter((column) => !indexed.includes(column));
  const select = statements((count) => selectStatement(options, count));
  const insert = (changed: readonly string[]) => {
    const statement = statements((count) => insertStatement(options, changed, count));
    return async (db: Connection, rows: readonly Tables[Name][]) => {
      for (const [from, count] of chunksOf(rows.length)) {
        const parameters: unknown[] = [];
        for (let i = from; i < from + count; i++) for (const column of columns) parameters.push(rows[i]![column]);
        await db.executeQuery(CompiledQuery.raw(statement(db, count), parameters));
      }
    };
  };
  return {
    upsert: insert(changeable),
    rewrite: insert(unindexed),
    keepsItsPlace: (before, after) => indexed.every((column) => before[column] === after[column]),
    async load(db, keys) {
      const found: Tables[Name][] = [];
      for (const [from, count] of chunksOf(keys.length)) {
        const { rows } = await db.executeQuery(CompiledQuery.raw(select(db, count), keys.slice(from, from + count)));
        for (const row of rows) found.push(row as Tables[Name]);
      }
      return found;
    },
  };
}

function* chunksOf(length: number): Generator<readonly [from: number, count: number]> {
  let from = 0;
  for (const count of CHUNKS) {
    for (; length - from >= count; from += count) yield [from, count];
  }
}

/** The text of the statement for that many rows; compiled once each. */
function statements(build: (count: number) => RawBuilder<unknown>): (db: Connection, count: number) => string {
  const texts = new Map<number, string>();
  return (db, count) => {
    let text = texts.get(count);
    if (text === undefined) {
      text = build(count).compile(db).sql;
      texts.set(count, text);
    }
    return text;
  };
}

function insertStatement<Name extends keyof Tables>(
  options: BulkOptions<Name>,
  changed: readonly string[],
  count: number,
): RawBuilder<unknown> {
  const { table, columns, key } = options;
  const row = sql`(${sql.join(columns.map(() => sql`${null}`))})`;
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = sql.join(Array.from({ length: count }, () => row));
  const conflict = sql.join(key.map((column) => sql.ref(column)));
  const resolution =
    options.onConflict === 'keep'
      ? sql`do nothing`
      : sql`do update set ${sql.join(changed.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))}`;
  return sql`insert into ${sql.table(table)} (${names}) values ${values} on conflict (${conflict}) ${resolution}`;
}

function selectStatement<Name extends keyof Tables>(options: BulkOptions<Name>, count: number): RawBuilder<unknown> {
  const { table, columns, key } = options;
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const wanted = sql.join(Array.from({ length: count }, () => sql`${''}`));
  return sql`select ${names} from ${sql.table(table)} where ${sql.ref(key[0]!)} in (${wanted})`;
}
