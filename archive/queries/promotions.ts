/** Promotions of namespaces, the newest first, and the one that a namespace stands where it is by. */

import type { Placement } from '../../alert/promotion-state.ts';
import type { Reason } from '../../alert/reason.ts';
import type { Connection } from '../bulk.ts';
import type { PromotionVote } from '../project/promotion.ts';
import type { PromotionRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, text, time, timeOrNull } from './query.ts';

const EXACT = ['tenant', 'namespace', 'state'] as const;

export const promotionsQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('promotions').selectAll();
  for (const column of EXACT) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value as never);
  }
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

/** null: nobody moved it. */
export async function placementOf(db: Connection, tenant: string, namespace: string): Promise<Placement | null> {
  const row = await db
    .selectFrom('promotions')
    .selectAll()
    .where('namespace', '=', namespace)
    .where('tenant', '=', tenant)
    .where('state', '=', 'done')
    .orderBy('ended_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const [{ detail: because } = { detail: '' }] = JSON.parse(row.reasons) as Reason[];
  return { id: row.id, environment: row.to_environment, because };
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
