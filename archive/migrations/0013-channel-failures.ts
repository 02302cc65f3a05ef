/** What each channel meets that fails, and since when. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const channelFailures: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('channel_standings').addColumn('failure', 'text').execute();
  await db.schema.alterTable('channel_standings').addColumn('failing_since', 'bigint').execute();
}
