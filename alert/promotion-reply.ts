/** What is said of promotions, and where a namespace is before one. */

import type { CommandReply } from './alert-state.ts';
import type { PlacementEntry } from './entry.ts';
import type { Policy } from './policy.ts';
import type { Approved, Promotion, PromotionEvent, PromotionsState } from './promotion-state.ts';
import { type Reason, reason } from './reason.ts';

export interface PromotionDecision {
  readonly events: readonly PromotionEvent[];
  readonly effects: readonly PlacementEntry[];
  readonly reply?: CommandReply;
}

export type PromotionPolicy = Pick<Policy, 'profile' | 'promotion'>;

export const NOTHING: PromotionDecision = { events: [], effects: [] };

/** Where it is now, as deciding sees it. */
export function environmentOf(
  state: PromotionsState | null,
  tenant: string,
  namespace: string,
  policy: PromotionPolicy,
) {
  return policy.profile(tenant, namespace, undefined, state?.placements.get(namespace)).environment;
}

export function describe({ id, namespace, from, to }: Promotion): string {
  return `promotion ${id} of ${namespace} from ${from} to ${to}`;
}

export function asked(promotion: Promotion): Reason {
  const { by, needed } = promotion;
  return reason('promotion.requested', `${describe(promotion)}, by ${by}; approvals needed: ${needed}`);
}

export function counted(promotion: Promotion, { by }: Approved): Reason {
  const { approvals, needed } = promotion;
  return reason('promotion.approved', `${describe(promotion)}, by ${by}; ${approvals.length} of ${needed}`);
}

export function accepted(reasons: readonly Reason[]): CommandReply {
  return { ok: true, status: 200, reasons };
}

export function refuse(status: 403 | 404 | 409 | 422, why: string): PromotionDecision {
  return { ...NOTHING, reply: { ok: false, status, reasons: [reason('promotion.refused', why)] } };
}
