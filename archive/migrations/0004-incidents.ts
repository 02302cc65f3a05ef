/** Incidents and storms, and which alerts are in them. */

import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const incidents: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  await db.schema
    .createTable('incidents')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('grouped_by', 'text', (column) => column.notNull())
    .addColumn('parent', 'text')
    .addColumn('alerts', 'bigint', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('closed_at', 'bigint')
    .addColumn('evidence', 'text', (column) => column.notNull())
    .addColumn('breakdown', 'text')
    .addColumn('reasons', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('incidents_by_opened_at').on('incidents').column('opened_at').execute();
  let alerts = db.schema
    .createTable('incident_alerts')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('incident_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('because', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('incident_alerts_key', ['fingerprint', 'tenant', 'incident_id'] as never);
  if (isSqlite) alerts = alerts.modifyEnd(sql`without rowid`);
  await alerts.execute();
  await db.schema.createIndex('incident_alerts_by_incident_id').on('incident_alerts').column('incident_id').execute();
}
