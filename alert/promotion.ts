/**
 * Moving a namespace from one environment to the next, as a workflow: somebody asks, others approve, and from then on it is there
 * (promotion-state.ts). Up it goes one environment at a time; nobody approves of what they asked for themselves; out of
 * production only by an explicit override, with one more approval.
 */

import { ENVIRONMENTS, type Environment } from './alert.ts';
import type { CommandReply } from './alert-state.ts';
import type { PlacementEntry, PromotionEntry } from './entry.ts';
import type { Policy } from './policy.ts';
import type { Approved, Placement, Promotion, PromotionEvent, PromotionsState } from './promotion-state.ts';
import { type Reason, reason } from './reason.ts';

/** What it takes to bring a namespace into an environment. */
export interface PromotionRule {
  readonly approvals: number;
  /** Who may approve; empty: anybody. */
  readonly approvers: readonly string[];
  /** How long a request waits. Milliseconds. */
  readonly deadline: number;
}

export type PromotionCommand = PromotionEntry | PlacementEntry | { readonly kind: 'tick' };

export interface PromotionDecision {
  readonly events: readonly PromotionEvent[];
  readonly effects: readonly PlacementEntry[];
  readonly reply?: CommandReply;
}

type PromotionPolicy = Pick<Policy, 'profile' | 'promotion'>;

const NOTHING: PromotionDecision = { events: [], effects: [] };

/** `tenant`: whose namespaces they are. */
export function decidePromotion(
  state: PromotionsState | null,
  command: PromotionCommand,
  tenant: string,
  now: number,
  policy: PromotionPolicy,
): PromotionDecision {
  switch (command.kind) {
    case 'promotion':
      return command.action === 'request'
        ? request(state, command, now, policy)
        : conclude(state, command, command.action, now, policy);
    case 'placement':
      return takePlacement(state, command, now);
    case 'tick':
      return expire(state, tenant, now);
    default:
      return command satisfies never;
  }
}

/** Where it is now, as deciding sees it. */
function environmentOf(state: PromotionsState | null, tenant: string, namespace: string, policy: PromotionPolicy) {
  return policy.profile(tenant, namespace, undefined, state?.placements.get(namespace)).environment;
}

function request(
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
  const problem = wayProblem(from, to, entry.override === true);
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
function wayProblem(from: Environment, to: Environment, override: boolean): PromotionDecision | null {
  const steps = ENVIRONMENTS.indexOf(from) - ENVIRONMENTS.indexOf(to);
  if (steps === 0) return refuse(409, `it is in ${from} already`);
  if (steps > 1)
    return refuse(409, `from ${from} the next is ${ENVIRONMENTS[ENVIRONMENTS.indexOf(from) - 1]}, not ${to}`);
  if (from === 'production' && !override) {
    return refuse(422, 'its alerts would not count as production any more; say override: true for that');
  }
  return null;
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

function expire(state: PromotionsState | null, _tenant: string, now: number): PromotionDecision {
  const over = [...(state?.pending.values() ?? [])].filter(({ expiresAt }) => expiresAt <= now);
  const events = over.flatMap((promotion) => {
    const { approvals, needed } = promotion;
    const why = `${describe(promotion)}, ${approvals.length} of ${needed} approvals`;
    return end(promotion, 'expired', null, '', now, [reason('promotion.expired', why)]).events;
  });
  return { events, effects: [] };
}

function describe({ id, namespace, from, to }: Promotion): string {
  return `promotion ${id} of ${namespace} from ${from} to ${to}`;
}

function asked(promotion: Promotion): Reason {
  const { by, needed } = promotion;
  return reason('promotion.requested', `${describe(promotion)}, by ${by}; approvals needed: ${needed}`);
}

function counted(promotion: Promotion, { by }: Approved): Reason {
  const { approvals, needed } = promotion;
  return reason('promotion.approved', `${describe(promotion)}, by ${by}; ${approvals.length} of ${needed}`);
}

function accepted(reasons: readonly Reason[]): CommandReply {
  return { ok: true, status: 200, reasons };
}

function refuse(status: 403 | 404 | 409 | 422, why: string): PromotionDecision {
  return { ...NOTHING, reply: { ok: false, status, reasons: [reason('promotion.refused', why)] } };
}
