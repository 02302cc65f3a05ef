/**
 * Audiences: how many of one a notification has come to, and each member with what came of it. A member's id begins with that of the
 * notification for all, so they lie side by side.
 */

import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const audiences: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('deliveries').addColumn('audience', 'text').execute();
  let table = db.schema
    .createTable('audience_members')
    .addColumn('notification_id', 'text', (column) => column.primaryKey());
  for (const name of ['recipient', 'state', 'reasons'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['attempts', 'updated_at']) table = table.addColumn(name, 'bigint', (column) => column.notNull());
  for (const name of ['not_before', 'receipt_at', 'took']) table = table.addColumn(name, 'bigint');
  for (const name of ['dead_letter_id', 'went_on_as', 'receipt', 'receipt_detail'])
    table = table.addColumn(name, 'text');
  if (db.getExecutor().adapter instanceof SqliteAdapter) table = table.modifyEnd(sql`without rowid`);
  await table.execute();
}
