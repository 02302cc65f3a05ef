/** What a promotion's event does to its row. Pure. */

import type { PromotionEvent } from '../../alert/promotion-state.ts';
import type { PromotionRow } from '../schema.ts';

/** Copies in other partitions say nothing new. */
export type ToldPromotion = Exclude<PromotionEvent, { type: 'promotion.placed' }>;

/** One decision about it, as the row's `decisions` hold them. */
export interface PromotionVote {
  readonly verdict: 'approve' | 'reject';
  readonly by: string;
  readonly at: number;
  readonly comment: string;
}

export function promotionId(event: ToldPromotion): string {
  return event.type === 'promotion.requested' ? event.promotion.id : event.id;
}

/** null: nothing is known of it and the event does not introduce it. */
export function foldPromotion(before: PromotionRow | null, event: ToldPromotion): PromotionRow | null {
  if (event.type === 'promotion.requested') return requested(event);
  if (before === null) return null;
  const reasons = JSON.stringify(event.reasons);
  if (event.type === 'promotion.approved') {
    const { by, at, comment } = event.approval;
    const voted = withVote(before, { verdict: 'approve', by, at, comment });
    return event.placement === null ? { ...voted, reasons } : { ...voted, reasons, state: 'done', ended_at: event.at };
  }
  const { outcome, by, comment, at } = event;
  const voted = by === null ? before : withVote(before, { verdict: 'reject', by, at, comment });
  return { ...voted, state: outcome, ended_at: at, reasons };
}

function requested({ promotion, reasons }: Extract<PromotionEvent, { type: 'promotion.requested' }>): PromotionRow {
  const { id, tenant, namespace, from, to, by, comment, requestedAt, expiresAt, needed, approvers } = promotion;
  return {
    id,
    tenant,
    namespace,
    state: 'waiting',
    from_environment: from,
    to_environment: to,
    requested_by: by,
    comment,
    requested_at: requestedAt,
    expires_at: expiresAt,
    needed,
    approvers: JSON.stringify(approvers),
    decisions: '[]',
    ended_at: null,
    reasons: JSON.stringify(reasons),
  };
}

function withVote(row: PromotionRow, vote: PromotionVote): PromotionRow {
  return { ...row, decisions: JSON.stringify([...(JSON.parse(row.decisions) as PromotionVote[]), vote]) };
}
