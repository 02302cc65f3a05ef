/** What alerts wait for, and how it was decided. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const approvals: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('alerts').addColumn('approval_state', 'text').execute();
  await db.schema.alterTable('alerts').addColumn('approval', 'text').execute();
}
