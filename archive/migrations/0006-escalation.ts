/** How far the escalation of a group has come, and what is next. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const escalation: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('groups').addColumn('escalation', 'text').execute();
}
