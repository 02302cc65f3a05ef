/** Which alerts open and end all the time. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const flapping: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('alerts').addColumn('flapping', 'text').execute();
}
