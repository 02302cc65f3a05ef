/** What is held back, and what its matchers see: silences, who is or was held and by what, what a flush left out, and snoozes. */

import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const holds: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  await db.schema
    .createTable('silences')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('matchers', 'text', (column) => column.notNull())
    .addColumn('starts_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('comment', 'text', (column) => column.notNull())
    .addColumn('broad', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_by', 'text')
    .execute();
  await db.schema.createIndex('silences_by_created_at').on('silences').column('created_at').execute();
  let held = db.schema
    .createTable('holds')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint');
  if (isSqlite) held = held.modifyEnd(sql`without rowid`);
  await held.execute();
  await db.schema.createIndex('holds_by_code_detail').on('holds').columns(['code', 'detail']).execute();
  await db.schema
    .alterTable('group_decisions')
    .addColumn('held', 'text', (c) => c.notNull().defaultTo('[]'))
    .execute();
  await db.schema
    .alterTable('group_decisions')
    .addColumn('held_count', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('alerts')
    .addColumn('seen', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute();
  for (const [name, type] of [
    ['snoozed_until', 'bigint'],
    ['snoozed_by', 'text'],
    ['snoozed_comment', 'text'],
  ] as const) {
    await db.schema.alterTable('alerts').addColumn(name, type).execute();
  }
}
