/**
 * Pages by keyset: newest first by a time and a key that never change, so that a row never moves between pages while
 * somebody turns them.
 */

import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type { Tables } from '../schema.ts';
import { type Params, QueryRefused, text } from './query.ts';

export const DEFAULT_LIMIT = 100;
export const MOST_ROWS = 500;
/** A page ends early rather than outgrow one message of the bus. Bytes of JSON. */
const MOST_BYTES = 600_000;

/** The last row of the page before. */
export interface Place {
  readonly at: number;
  readonly key: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the parameter `cursor` of the next page; null on the last. */
  readonly next: string | null;
}

export function limitOf(params: Params): number {
  const { limit } = params;
  if (typeof limit !== 'number' || !Number.isInteger(limit)) return DEFAULT_LIMIT;
  return Math.min(Math.max(1, limit), MOST_ROWS);
}

/** null: from the beginning. Throws QueryRefused for what no answer has given. */
export function placeOf(params: Params): Place | null {
  const cursor = text(params, 'cursor');
  if (cursor === null) return null;
  try {
    const [at, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof at === 'number' && typeof key === 'string') return { at, key };
  } catch {
    // Falls through: unreadable and of another shape are the same mistake.
  }
  throw new QueryRefused('query.cursor', 'cursor is not one that an answer gave as "next"');
}

function cursorAt({ at, key }: Place): string {
  return Buffer.from(JSON.stringify([at, key])).toString('base64url');
}

/** Condition: what comes behind `place`, by the columns that order the pages. `operator`: `>` where these begin with the oldest. */
export function behind<Table extends keyof Tables>(
  eb: ExpressionBuilder<Tables, Table>,
  time: string,
  key: string,
  place: Place,
  operator: '<' | '>' = '<',
): ExpressionWrapper<Tables, Table, SqlBool> {
  const at = sql.ref<number>(time);
  const sameTime = eb.and([eb(at, '=', place.at), eb(sql.ref<string>(key), operator, place.key)]);
  return eb.or([eb(at, operator, place.at), sameTime]);
}

/** Makes a page of `rows`, of which one more than `limit` was read to know whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  placeOfRow: (row: Row) => Place,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const items: Item[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    const item = itemOf(row);
    bytes += Buffer.byteLength(JSON.stringify(item));
    // The first row always goes out, or the pages would never end.
    if (bytes > MOST_BYTES && items.length > 0) break;
    items.push(item);
  }
  const last = rows[items.length - 1];
  const next = last !== undefined && rows.length > items.length ? cursorAt(placeOfRow(last)) : null;
  return { items, next };
}
