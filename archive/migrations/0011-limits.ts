/** How much of its NamespaceLimits each namespace uses. Deleted once nothing was counted for as long as anything else is kept. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const limits: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  let table = db.schema.createTable('limit_use').addColumn('key', 'text', (column) => column.notNull().primaryKey());
  for (const name of ['tenant', 'rule', 'namespace'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['minute', 'used', 'peak', 'peak_minute', 'total', 'first_at', 'updated_at'])
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  await table.execute();
  await db.schema.createIndex('limit_use_by_first_at').on('limit_use').column('first_at').execute();
}
