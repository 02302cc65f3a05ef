/** Which journals the archive is of. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const journals: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('journals')
    .addColumn('partition', 'text', (column) => column.primaryKey())
    .addColumn('made', 'text', (column) => column.notNull())
    .execute();
}
