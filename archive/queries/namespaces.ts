/** Namespaces that alerts were ever about, the newest first, and the life of one. */

import { sql } from 'kysely';
import type { Placement } from '../../alert/promotion-state.ts';
import { namespaceKey } from '../project/namespace.ts';
import type { NamespaceHistoryRow, NamespaceRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { placementsOf } from './promotions.ts';
import { type ArchiveQuery, QueryRefused, requiredText, tenantsIn, text, time, timeOrNull } from './query.ts';

const EXACT = ['tenant', 'environment'] as const;
const MOST_LINES = 500;

export const namespacesQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('namespaces').selectAll();
  for (const column of EXACT) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value);
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const state = text(params, 'state');
  if (state !== null) query = query.where('dormant_at', state === 'dormant' ? 'is not' : 'is', null);
  const words = text(params, 'q');
  if (words !== null) {
    const pattern = `%${words.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(sql<boolean>`lower(namespace) like ${pattern} escape '\\'`);
  }
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'first_seen', 'key', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('first_seen', 'desc')
    .orderBy('key', 'desc')
    .limit(limit + 1)
    .execute();
  const placements = await placementsOf(db, rows);
  const answer = (row: NamespaceRow) => namespaceAnswer(row, placements);
  const page = pageOf(rows, limit, (row) => ({ at: row.first_seen, key: row.key }), answer);
  return { namespaces: page.items, next: page.next };
};

export const namespaceQuery: ArchiveQuery = async (db, params) => {
  const key = namespaceKey(requiredText(params, 'tenant'), requiredText(params, 'namespace'));
  const row = await db.selectFrom('namespaces').selectAll().where('key', '=', key).executeTakeFirst();
  if (row === undefined) throw new QueryRefused('query.not-found', `no alert was ever about namespace ${key}`);
  const lines = await db
    .selectFrom('namespace_history')
    .selectAll()
    .where('namespace_key', '=', key)
    .orderBy('at', 'desc')
    .orderBy('type')
    .limit(MOST_LINES)
    .execute();
  return { ...namespaceAnswer(row, await placementsOf(db, [row])), history: lines.map(lineAnswer) };
};

function namespaceAnswer(row: NamespaceRow, placements: ReadonlyMap<string, Placement>) {
  return {
    tenant: row.tenant,
    namespace: row.namespace,
    state: row.dormant_at === null ? 'active' : 'dormant',
    environment: row.environment,
    priority: row.priority,
    policy: row.policy,
    reason: row.reason,
    firstSeen: time(row.first_seen),
    lastSeen: time(row.last_seen),
    dormantSince: timeOrNull(row.dormant_at),
    alerts: row.alerts,
    placement: placements.get(row.key) ?? null,
  };
}

function lineAnswer({ at, type, environment, before, policy, detail }: NamespaceHistoryRow) {
  return { at: time(at), type, environment, before, policy, detail };
}
