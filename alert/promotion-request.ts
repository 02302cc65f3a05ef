/** Asking for a namespace to move: which way it may go, and how many must approve. */

import { ENVIRONMENTS, type Environment } from './alert.ts';
import type { PromotionEntry } from './entry.ts';
import {
  accepted,
  asked,
  environmentOf,
  NOTHING,
  type PromotionDecision,
  type PromotionPolicy,
  refuse,
} from './promotion-reply.ts';
import type { Promotion, PromotionEvent, PromotionsState } from './promotion-state.ts';

export function requestPromotion(
  state: PromotionsState | null,
  entry: PromotionEntry,
  now: number,
  policy: PromotionPolicy,
): PromotionDecision {
  const { tenant, namespace, promotion: id, by, comment, to } = entry;
  const pending = state?.pending.get(namespace);
  if (pending?.id === id) return { ...NOTHING, reply: accepted([asked(pending)]) };
  if (pending !== undefined) return refuse(409, `promotion ${pending.id} to ${pending.to} waits already`);
  if (to === undefined) return refuse(422, `to is missing; allowed: ${ENVIRONMENTS.join(', ')}`);
  const from = environmentOf(state, tenant, namespace, policy);
  const isPassable = (one: Environment) => policy.promotion(tenant, one).passable === true;
  const problem = wayProblem(from, to, entry.override === true, isPassable);
  if (problem !== null) return problem;
  const { approvals, approvers, deadline } = policy.promotion(tenant, isDown(from, to) ? from : to);
  const needed = from === 'production' ? approvals + 1 : approvals;
  const about = { id, tenant, namespace, from, to, by, comment, requestedAt: now, expiresAt: now + deadline };
  const promotion: Promotion = { ...about, needed, approvers, approvals: [] };
  const reasons = [asked(promotion)];
  const event: PromotionEvent = { type: 'promotion.requested', key: tenant, at: now, namespace, promotion, reasons };
  return { events: [event], effects: [], reply: accepted(reasons) };
}

/** The most dangerous comes first in ENVIRONMENTS. */
function isDown(from: Environment, to: Environment): boolean {
  return ENVIRONMENTS.indexOf(to) > ENVIRONMENTS.indexOf(from);
}

/** null: the namespace may go that way. */
function wayProblem(
  from: Environment,
  to: Environment,
  override: boolean,
  isPassable: (environment: Environment) => boolean,
): PromotionDecision | null {
  if (from === to) return refuse(409, `it is in ${from} already`);
  const between = ENVIRONMENTS.slice(ENVIRONMENTS.indexOf(to) + 1, ENVIRONMENTS.indexOf(from));
  const next = between.findLast((environment) => !isPassable(environment));
  if (next !== undefined) return refuse(409, `from ${from} the next is ${next}, not ${to}`);
  if (from === 'production' && !override) {
    return refuse(422, 'its alerts would not count as production any more; say override: true for that');
  }
  return null;
}
