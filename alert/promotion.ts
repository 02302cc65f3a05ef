/**
 * Moving a namespace from one environment to the next, as a workflow: somebody asks, others approve, and from then on it is there
 * (promotion-state.ts). Up it goes one environment at a time; nobody approves of what they asked for themselves; out of
 * production only by an explicit override, with one more approval.
 */

import type { PlacementEntry, PromotionEntry } from './entry.ts';
import {
  accepted,
  counted,
  describe,
  environmentOf,
  NOTHING,
  type PromotionDecision,
  type PromotionPolicy,
  refuse,
} from './promotion-reply.ts';
import { requestPromotion } from './promotion-request.ts';
import type { Approved, Placement, Promotion, PromotionEvent, PromotionsState } from './promotion-state.ts';
import { type Reason, reason } from './reason.ts';

export type PromotionCommand = PromotionEntry | PlacementEntry | { readonly kind: 'tick' };

export function decidePromotion(
  state: PromotionsState | null,
  command: PromotionCommand,
  now: number,
  policy: PromotionPolicy,
): PromotionDecision {
  switch (command.kind) {
    case 'promotion':
      return command.action === 'request'
        ? requestPromotion(state, command, now, policy)
        : conclude(state, command, command.action, now, policy);
    case 'placement':
      return takePlacement(state, command, now);
    case 'tick':
      return expire(state, now);
    default:
      return command satisfies never;
  }
}

function conclude(
  state: PromotionsState | null,
  entry: PromotionEntry,
  action: 'approve' | 'reject',
  now: number,
  policy: PromotionPolicy,
): PromotionDecision {
  const { tenant, namespace, promotion: id, by, comment } = entry;
  const pending = state?.pending.get(namespace);
  if (pending?.id !== id) return refuse(404, `no promotion ${id} of ${namespace} waits`);
  const before = pending.approvals.find(({ command }) => command === entry.id);
  if (before !== undefined) return { ...NOTHING, reply: accepted([counted(pending, before)]) };
  // Who asked may take it back.
  const mayEnd = action === 'reject' && by === pending.by;
  if (!mayEnd && pending.approvers.length > 0 && !pending.approvers.includes(by)) {
    return refuse(403, `${by} may not decide about it; allowed: ${pending.approvers.join(', ')}`);
  }
  if (action === 'reject') {
    const reasons = [reason('promotion.rejected', `${describe(pending)}, by ${by}`)];
    return { ...end(pending, 'rejected', by, comment, now, reasons), reply: accepted(reasons) };
  }
  if (by === pending.by) return refuse(403, `${by} asked for it; somebody else must approve`);
  if (pending.approvals.some((approval) => approval.by === by)) return refuse(409, `${by} has approved already`);
  const approval: Approved = { by, comment, at: now, command: entry.id };
  return approve(state, { ...pending, approvals: [...pending.approvals, approval] }, approval, now, policy, tenant);
}

function approve(
  state: PromotionsState | null,
  promotion: Promotion,
  approval: Approved,
  now: number,
  policy: PromotionPolicy,
  tenant: string,
): PromotionDecision {
  const { namespace, id, from, to, needed, approvals } = promotion;
  const of = { key: tenant, at: now, namespace, id, approval };
  if (approvals.length < needed) {
    const reasons = [counted(promotion, approval)];
    const event: PromotionEvent = { type: 'promotion.approved', ...of, placement: null, reasons };
    return { events: [event], effects: [], reply: accepted(reasons) };
  }
  const current = environmentOf(state, tenant, namespace, policy);
  if (current !== from) {
    // People approved of a way from where it was; it is not there any more.
    const reasons = [reason('promotion.void', `${describe(promotion)}, but it is in ${current} by now`)];
    return { ...end(promotion, 'void', null, '', now, reasons), reply: { ok: false, status: 409, reasons } };
  }
  const by = approvals.map((one) => one.by).join(' and ');
  const because = `promotion ${id} of ${namespace} from ${from} to ${to}, asked for by ${promotion.by}, approved by ${by}`;
  const placement: Placement = { id, environment: to, because };
  const reasons = [reason('promotion.done', because)];
  return {
    events: [{ type: 'promotion.approved', ...of, placement, reasons }],
    effects: [{ kind: 'placement', tenant, namespace, placement }],
    reply: accepted(reasons),
  };
}

function end(
  { id, tenant, namespace }: Promotion,
  outcome: 'rejected' | 'expired' | 'void',
  by: string | null,
  comment: string,
  now: number,
  reasons: readonly Reason[],
): PromotionDecision {
  const event: PromotionEvent = {
    type: 'promotion.ended',
    key: tenant,
    at: now,
    namespace,
    id,
    outcome,
    by,
    comment,
    reasons,
  };
  return { events: [event], effects: [] };
}

function takePlacement(
  state: PromotionsState | null,
  { tenant, namespace, placement }: PlacementEntry,
  now: number,
): PromotionDecision {
  if (state?.placements.get(namespace)?.id === placement.id) return NOTHING;
  return { events: [{ type: 'promotion.placed', key: tenant, at: now, namespace, placement }], effects: [] };
}

function expire(state: PromotionsState | null, now: number): PromotionDecision {
  const over = [...(state?.pending.values() ?? [])].filter(({ expiresAt }) => expiresAt <= now);
  const events = over.flatMap((promotion) => {
    const { approvals, needed } = promotion;
    const why = `${describe(promotion)}, ${approvals.length} of ${needed} approvals`;
    return end(promotion, 'expired', null, '', now, [reason('promotion.expired', why)]).events;
  });
  return { events, effects: [] };
}
