/** Deliveries that go on elsewhere, their recipients and receipts, what they said, and how each channel stands. */

import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const deliveryEngine: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  for (const column of ['recipient', 'went_on_as', 'came_from', 'receipt', 'receipt_detail'])
    await db.schema.alterTable('deliveries').addColumn(column, 'text').execute();
  for (const column of ['receipt_at', 'took'])
    await db.schema.alterTable('deliveries').addColumn(column, 'bigint').execute();
  let contents = db.schema
    .createTable('delivery_contents')
    .addColumn('notification_id', 'text', (column) => column.primaryKey())
    .addColumn('content', 'text', (column) => column.notNull());
  if (isSqlite) contents = contents.modifyEnd(sql`without rowid`);
  await contents.execute();
  let standing = db.schema.createTable('channel_standings').addColumn('key', 'text', (column) => column.primaryKey());
  for (const name of ['tenant', 'channel', 'breaker', 'breaker_reasons'])
    standing = standing.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['breaker_since', 'breaker_until', 'probed_at']) standing = standing.addColumn(name, 'bigint');
  for (const name of ['probe', 'probe_detail']) standing = standing.addColumn(name, 'text');
  if (isSqlite) standing = standing.modifyEnd(sql`without rowid`);
  await standing.execute();
}
