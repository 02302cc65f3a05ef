/** What the ledger says besides: the policy that a flush decided by, what a notification said of each alert, a group's own events. */

import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const ledger: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  for (const [table, column] of [
    ['group_decisions', 'policy'],
    ['delivery_alerts', 'status'],
  ] as const) {
    await db.schema
      .alterTable(table)
      .addColumn(column, 'text', (added) => added.notNull().defaultTo(''))
      .execute();
  }
  let history = db.schema.createTable('group_history');
  for (const name of ['partition', 'group_id', 'type', 'detail', 'channels', 'reasons'])
    history = history.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['seq', 'idx', 'at']) history = history.addColumn(name, 'bigint', (column) => column.notNull());
  history = history.addPrimaryKeyConstraint('group_history_key', ['group_id', 'seq', 'idx'] as never);
  if (isSqlite) history = history.modifyEnd(sql`without rowid`);
  await history.execute();
}
