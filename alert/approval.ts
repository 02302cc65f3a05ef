/**
 * Alerts that wait for a person: a rule of a Filter says that somebody is to approve of them before anybody is told.
 *
 *   opened, a rule asks for it → waiting (held back in its groups) → approved, by a person or by default: told
 *                                                                  → rejected, by a person or by default: closed
 *                                                                  → it ends first: nobody hears of it
 *
 * What is production or critical waits only where silence means yes: without a person it is told.
 */

import { alertKey } from './alert.ts';
import {
  type AlertDecision,
  type AlertState,
  alertOf,
  inhibits,
  inhibitsNoMore,
  isActive,
  tellEnd,
} from './alert-state.ts';
import { type Approval, type ApprovalDemand, describeApproval } from './approval-demand.ts';
import type { CommandEntry, GroupEntry } from './entry.ts';
import { type FilterFacts, type FilterOutcome, isProtected } from './filter.ts';
import { seenLabels } from './hold.ts';
import { type Reason, reason } from './reason.ts';

export interface AskedApproval {
  /** null: it need not wait. */
  readonly demand: ApprovalDemand | null;
  readonly reasons: readonly Reason[];
}

const NOT_ASKED: AskedApproval = { demand: null, reasons: [] };

/** `filtered`: after all that has a say. */
export function askedApproval({ approval, labels }: FilterOutcome, facts: FilterFacts): AskedApproval {
  if (approval === undefined) return NOT_ASKED;
  if (approval.default === 'reject' && isProtected(facts, labels)) {
    const why = `${approval.rule}: ${facts.profile.environment} alert, and its default is reject`;
    return { demand: null, reasons: [reason('approval.waived', why)] };
  }
  return { demand: approval, reasons: [reason('approval.required', approval.rule)] };
}

export function approvalFrom({ deadline, ...demand }: ApprovalDemand, now: number): Approval {
  return { ...demand, until: now + deadline };
}

/** Whether it waits for a person now. */
export function isWaiting(state: AlertState): state is AlertState & { readonly approval: Approval } {
  return state.approval !== undefined && isActive(state);
}

/** Why a person cannot decide about it; null: it may be done. */
export function approvalProblem(
  state: AlertState,
  { by }: CommandEntry,
): { readonly status: 403 | 409; readonly why: string } | null {
  if (!isActive(state)) return { status: 409, why: `it is ${state.phase} already` };
  if (state.approval === undefined) return { status: 409, why: 'it does not wait for anybody' };
  const { approvers } = state.approval;
  if (approvers.length === 0 || approvers.includes(by)) return null;
  return { status: 403, why: `${by} may not decide about it; allowed: ${approvers.join(', ')}` };
}

/** `person` null: the deadline has come, and its default decides. */
export function concludeApproval(
  state: AlertState & { readonly approval: Approval },
  verdict: 'approve' | 'reject',
  person: Pick<CommandEntry, 'id' | 'by' | 'comment'> | null,
  now: number,
): AlertDecision & { readonly reasons: readonly Reason[] } {
  const isApproved = verdict === 'approve';
  const type = isApproved ? 'alert.approved' : 'alert.rejected';
  const { approval, ...freed } = state;
  const code = isApproved ? 'approval.default-approved' : 'approval.default-rejected';
  const why = person === null ? reason(code, describeApproval(approval)) : reason(type, `by ${person.by}`);
  const reasons = [why];
  const key = alertKey(state.tenant, state.fingerprint);
  const { id: command = null, by = null, comment = '' } = person ?? {};
  const events: AlertDecision['events'] = [{ type, key, at: now, command, by, comment, reasons }];
  if (!isApproved) {
    // Still marked as waiting: its groups let it go without a word.
    return { events, effects: tellEnd(state, alertOf(state, 'resolved', now)), ...inhibitsNoMore(state), reasons };
  }
  const alert = alertOf(freed, 'firing', freed.endsAt);
  const effects = freed.groups.map((group): GroupEntry => ({ kind: 'group', group, alert }));
  // What nobody was told of inhibited nothing.
  return { events, effects, ...(freed.inhibits === true ? inhibits(freed, seenLabels(alert)) : {}), reasons };
}
