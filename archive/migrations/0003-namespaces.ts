/** Every namespace that an alert was ever about, and what became of it. Kept for 400 days after its last alert (retention.ts). */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const namespaces: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  let table = db.schema.createTable('namespaces').addColumn('key', 'text', (column) => column.notNull().primaryKey());
  for (const name of ['tenant', 'namespace', 'environment', 'priority', 'policy', 'reason'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['first_seen', 'last_seen', 'decided_at', 'alerts'])
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  await table.addColumn('dormant_at', 'bigint').execute();
  let history = db.schema.createTable('namespace_history');
  for (const name of ['namespace_key', 'type', 'environment', 'policy', 'detail'])
    history = history.addColumn(name, 'text', (column) => column.notNull());
  await history
    .addColumn('before', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('namespace_history_key', ['namespace_key', 'at', 'type'] as never)
    .execute();
}
