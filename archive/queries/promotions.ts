/** Promotions of namespaces, the newest first, and the one that a namespace stands where it is by. */

import type { Placement } from '../../alert/promotion-state.ts';
import type { Reason } from '../../alert/reason.ts';
import type { Connection } from '../bulk.ts';
import { namespaceKey } from '../project/namespace.ts';
import type { PromotionVote } from '../project/promotion.ts';
import type { PromotionRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, tenantsIn, text, time, timeOrNull } from './query.ts';

const EXACT = ['tenant', 'namespace', 'state'] as const;

export const promotionsQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('promotions').selectAll();
  for (const column of EXACT) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value as never);
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'requested_at', 'id', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.requested_at, key: row.id }), promotionAnswer);
  return { promotions: page.items, next: page.next };
};

/** By namespaceKey; those that nobody moved are left out. `namespaces`: not more than a page of them. */
export async function placementsOf(
  db: Connection,
  namespaces: readonly { readonly tenant: string; readonly namespace: string }[],
): Promise<Map<string, Placement>> {
  const placements = new Map<string, Placement>();
  if (namespaces.length === 0) return placements;
  const asked = new Set(namespaces.map(({ tenant, namespace }) => namespaceKey(tenant, namespace)));
  const names = [...new Set(namespaces.map(({ namespace }) => namespace))];
  const rows = await db
    .selectFrom('promotions')
    .selectAll()
    .where('namespace', 'in', names)
    .where('state', '=', 'done')
    .orderBy('ended_at')
    .execute();
  for (const { id, tenant, namespace, to_environment: environment, reasons } of rows) {
    const key = namespaceKey(tenant, namespace);
    const [{ detail: because } = { detail: '' }] = JSON.parse(reasons) as Reason[];
    // The last one counts.
    if (asked.has(key)) placements.set(key, { id, environment, because });
  }
  return placements;
}

function promotionAnswer(row: PromotionRow) {
  const decisions = JSON.parse(row.decisions) as PromotionVote[];
  return {
    id: row.id,
    tenant: row.tenant,
    namespace: row.namespace,
    state: row.state,
    from: row.from_environment,
    to: row.to_environment,
    by: row.requested_by,
    comment: row.comment,
    requestedAt: time(row.requested_at),
    expiresAt: time(row.expires_at),
    endedAt: timeOrNull(row.ended_at),
    needed: row.needed,
    approvers: JSON.parse(row.approvers) as unknown,
    decisions: decisions.map(({ verdict, by, at, comment }) => ({ verdict, by, at: time(at), comment })),
    reasons: JSON.parse(row.reasons) as unknown,
  };
}
