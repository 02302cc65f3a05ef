/**
 * Forgets what ended long ago. Each table is walked in the order of its key, a slice at a time: the projector writes between
 * slices, and no index by time has to be kept for this.
 */

import { setImmediate as breathe } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { ArchiveDatabase } from './database.ts';
import type { Tables } from './schema.ts';

interface Rule {
  readonly table: keyof Tables;
  /** First column of the table's key. */
  readonly key: string;
  readonly isOver: (cutoff: number) => RawBuilder<unknown>;
}

/** Milliseconds. With the 30 days of everything else, 400 days after its last alert. */
export const NAMESPACES_LONGER = 370 * 86_400_000;

/** Deliveries before what belongs to them. Open dead letters stay until somebody decides about them. */
const RULES: readonly Rule[] = [
  { table: 'alerts', key: 'key', isOver: (cutoff) => sql`ended_at < ${cutoff}` },
  { table: 'alert_history', key: 'alert_key', isOver: older },
  { table: 'outcomes', key: 'receipt', isOver: older },
  { table: 'groups', key: 'id', isOver: (cutoff) => sql`ended_at < ${cutoff}` },
  { table: 'group_decisions', key: 'group_id', isOver: older },
  { table: 'group_history', key: 'group_id', isOver: older },
  {
    table: 'deliveries',
    key: 'notification_id',
    isOver: (cutoff) =>
      sql`updated_at < ${cutoff} and state in ('delivered', 'dead', 'diverted', 'bundled', 'expanded')`,
  },
  {
    table: 'audience_members',
    key: 'notification_id',
    isOver: (cutoff) => sql`updated_at < ${cutoff} and state in ('delivered', 'dead', 'diverted')`,
  },
  {
    table: 'delivery_alerts',
    key: 'fingerprint',
    isOver: () => sql`notification_id not in (select notification_id from deliveries)`,
  },
  {
    table: 'delivery_contents',
    key: 'notification_id',
    isOver: () => sql`notification_id not in (select notification_id from deliveries)`,
  },
  { table: 'delivery_history', key: 'notification_id', isOver: older },
  { table: 'dead_letters', key: 'id', isOver: (cutoff) => sql`state = 'replayed' and replayed_at < ${cutoff}` },
  { table: 'silences', key: 'id', isOver: (cutoff) => sql`ends_at < ${cutoff} or ended_at < ${cutoff}` },
  // Those that were carried out say where a namespace stands, for as long as it does.
  { table: 'promotions', key: 'id', isOver: (cutoff) => sql`ended_at < ${cutoff} and state <> 'done'` },
  { table: 'limit_use', key: 'key', isOver: (cutoff) => sql`updated_at < ${cutoff}` },
  // They are what a change of policy is tried on, and a year's report is made of: kept for much longer than what happened in them.
  { table: 'namespaces', key: 'key', isOver: (cutoff) => sql`last_seen < ${cutoff - NAMESPACES_LONGER}` },
  {
    table: 'namespace_history',
    key: 'namespace_key',
    isOver: () => sql`namespace_key not in (select key from namespaces)`,
  },
  { table: 'holds', key: 'key', isOver: (cutoff) => sql`until < ${cutoff}` },
  { table: 'incidents', key: 'id', isOver: (cutoff) => sql`closed_at < ${cutoff}` },
  {
    table: 'incident_alerts',
    key: 'fingerprint',
    isOver: () => sql`incident_id not in (select id from incidents)`,
  },
  { table: 'repeats_published', key: 'alert_key', isOver: older },
];

function older(cutoff: number): RawBuilder<unknown> {
  return sql`at < ${cutoff}`;
}

const SLICE_ROWS = 1000;

/** Deletes what was over before `cutoff` (Unix milliseconds). Resolves with the number of rows; stops early on `signal`. */
export async function forget(
  { writer }: ArchiveDatabase,
  cutoff: number,
  signal: AbortSignal,
  sliceRows: number = SLICE_ROWS,
): Promise<number> {
  let forgotten = 0;
  for (const { table, key, isOver } of RULES) {
    let from: string | null = '';
    while (from !== null && !signal.aborted) {
      const to: string | null = await keyBehind(writer, table, key, from, sliceRows);
      const upTo = to === null ? sql`` : sql`and ${sql.ref(key)} <= ${to}`;
      const { numAffectedRows } = await sql`
        delete from ${sql.table(table)} where ${sql.ref(key)} > ${from} ${upTo} and (${isOver(cutoff)})`.execute(
        writer,
      );
      forgotten += Number(numAffectedRows ?? 0);
      from = to;
      await breathe();
    }
  }
  return forgotten;
}

/** The key `rows` rows further on; null when there are no more than that. */
async function keyBehind(
  writer: ArchiveDatabase['writer'],
  table: keyof Tables,
  key: string,
  from: string,
  rows: number,
): Promise<string | null> {
  const found = await sql<{ found: string }>`
    select ${sql.ref(key)} as found from ${sql.table(table)} where ${sql.ref(key)} > ${from}
    order by ${sql.ref(key)} limit 1 offset ${rows}`.execute(writer);
  return found.rows[0]?.found ?? null;
}
