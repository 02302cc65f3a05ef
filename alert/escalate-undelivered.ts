/**
 * What it means for a group's escalation that a channel gave up for good on telling of it: whoever was to be told was not, so waiting
 * for them to take it on is in vain. The time of the next step is now.
 */

import { type EscalationEvent, elapsedAt, nextStep } from './escalation-state.ts';
import type { GroupState } from './group-state.ts';
import type { Policy } from './policy.ts';
import { reason } from './reason.ts';

/** null: nothing, since no clock runs, no step is left, or it is due already. */
export function escalationAfterLoss(
  { escalation: before, group }: GroupState,
  { channel, detail }: { readonly channel: string; readonly detail: string },
  now: number,
  policy: Policy,
): EscalationEvent | null {
  if (before === undefined || before.since === null) return null;
  const escalation = policy.escalation(group.tenant, before.policy);
  const turn = escalation?.turns[before.taken];
  if (escalation === null || turn === undefined) return null;
  const elapsed = elapsedAt(before, now);
  if (elapsed >= turn.at) return null;
  const next = nextStep(escalation, before.taken, turn.at, now);
  const reasons = [reason('escalation.undelivered', `channel/${channel}: ${detail}`)];
  const clock = { policy: escalation.name, clock: 'runs', unacknowledged: turn.at, next } as const;
  return { type: 'group.escalation', key: group.id, at: now, ...clock, lookAt: now, reasons };
}
