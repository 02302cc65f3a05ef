/** Alerts, the last opened first, by what they are and what stands in their labels. */

import { sql } from 'kysely';
import type { Flapping } from '../../alert/flapping.ts';
import type { AlertRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, tenantsIn, text, time, timeOrNull } from './query.ts';

const EXACT = ['status', 'environment', 'priority', 'tenant', 'namespace'] as const;

export const alertsQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('alerts').selectAll();
  for (const column of EXACT) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value as never);
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const approval = text(params, 'approval');
  if (approval !== null) query = query.where('approval_state', '=', approval as never);
  const group = text(params, 'group');
  if (group !== null) {
    query = query.where('fingerprint', 'in', (eb) =>
      eb.selectFrom('group_members').select('group_members.fingerprint').where('group_members.group_id', '=', group),
    );
  }
  const words = text(params, 'q');
  if (words !== null) query = query.where((eb) => contains(words, eb.ref('labels'), eb.ref('annotations')));
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'opened_at', 'key', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('key', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.opened_at, key: row.key }), alertAnswer);
  return { alerts: page.items, next: page.next };
};

/** Case-insensitive for ASCII in SQLite, for all letters in PostgreSQL. The columns hold JSON, so the words are compared as JSON. */
function contains(words: string, ...columns: readonly Parameters<typeof sql.join>[0][number][]) {
  const escaped = JSON.stringify(words)
    .slice(1, -1)
    .replace(/[\\%_]/g, '\\$&');
  const pattern = `%${escaped}%`.toLowerCase();
  const matches = columns.map((column) => sql`lower(${column}) like ${pattern} escape '\\'`);
  return sql<boolean>`(${sql.join(matches, sql` or `)})`;
}

/** An alert as answers show it. */
export function alertAnswer(row: AlertRow) {
  return {
    tenant: row.tenant,
    fingerprint: row.fingerprint,
    status: row.status,
    environment: row.environment,
    priority: row.priority,
    namespace: row.namespace,
    labels: JSON.parse(row.labels) as unknown,
    annotations: JSON.parse(row.annotations) as unknown,
    generatorURL: row.generator_url,
    source: row.source,
    startsAt: time(row.starts_at),
    endsAt: timeOrNull(row.ends_at),
    firstSeen: time(row.first_seen),
    openedAt: time(row.opened_at),
    lastSeen: time(row.last_seen),
    occurrences: row.occurrences,
    episode: row.episode,
    acknowledged: row.acknowledged_at === null ? null : acknowledgement(row, row.acknowledged_at),
    snoozed: row.snoozed_until === null ? null : snooze(row, row.snoozed_until),
    approval: row.approval === null ? null : approval(row, row.approval),
    flapping: row.flapping === null ? null : flapping(row.flapping),
    policy: row.policy,
    reasons: JSON.parse(row.reasons) as unknown,
  };
}

function flapping(text: string) {
  const { since, heldUntil, openings } = JSON.parse(text) as Flapping;
  return { since: time(since), heldUntil: timeOrNull(heldUntil), openings };
}

function acknowledgement(row: AlertRow, at: number) {
  return { by: row.acknowledged_by, at: time(at), comment: row.acknowledged_comment };
}

function snooze(row: AlertRow, until: number) {
  return { by: row.snoozed_by, until: time(until), comment: row.snoozed_comment };
}

interface Approval {
  readonly rule: string;
  readonly until: number;
  readonly default: string;
  readonly approvers: readonly string[];
  /** Once it is decided. `by` null: nobody decided in time. */
  readonly at?: number;
  readonly by?: string | null;
  readonly comment?: string;
}

function approval({ approval_state: state }: AlertRow, text: string) {
  const { rule, until, default: otherwise, approvers, at, by = null, comment = '' } = JSON.parse(text) as Approval;
  const decided = at === undefined ? null : { at: time(at), by, comment };
  return { state, rule, until: time(until), default: otherwise, approvers, decided };
}
