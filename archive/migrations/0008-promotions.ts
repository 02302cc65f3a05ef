/** Namespaces that people moved, or asked to move, to another environment. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const promotions: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .createTable('promotions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('ended_at', 'bigint');
  for (const name of ['tenant', 'namespace', 'state', 'from_environment', 'to_environment', 'requested_by', 'comment'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['approvers', 'decisions', 'reasons'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['requested_at', 'expires_at', 'needed'])
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  await table.execute();
  await db.schema.createIndex('promotions_namespace').on('promotions').columns(['namespace', 'tenant']).execute();
}
