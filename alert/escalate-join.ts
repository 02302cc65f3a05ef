/**
 * What an alert that joins a group, or of which something else is known now, does to the group's escalation: the last one that
 * called was acknowledged, snoozed, or has ended. One that begins to call is seen by the flush that tells of it.
 */

import { type At, halt, over } from './escalate.ts';
import { callingOf, isCalling } from './escalation-call.ts';
import type { EscalationEvent } from './escalation-state.ts';
import type { GroupState } from './group-state.ts';
import { snoozeHold } from './hold.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold, Policy } from './policy.ts';
import { reason } from './reason.ts';

/** `state`: before it joins. null: nothing. */
export function escalationAfterJoin(
  state: GroupState,
  alert: GroupedAlert,
  now: number,
  policy: Policy,
): EscalationEvent | null {
  const { escalation: before, group } = state;
  if (before === undefined) return null;
  const at: At = { key: group.id, at: now, every: group.timing.groupInterval };
  const fires = ({ status }: GroupedAlert) => status === 'firing';
  if (!fires(alert) && !anyOther(state, alert, fires)) return over(before, at, reason('escalation.ended'));
  const escalation = policy.escalation(group.tenant, before.policy);
  if (escalation === null || before.since === null) return null;
  const calls = (one: GroupedAlert) => isCalling(one, escalation, now);
  if (calls(alert) || anyOther(state, alert, calls)) return null;
  const firing = [alert, ...state.alerts.filter(({ fingerprint }) => fingerprint !== alert.fingerprint)].filter(fires);
  return halt(before, escalation, at, callingOf(firing, snoozesOf(firing, now), escalation));
}

function anyOther({ alerts }: GroupState, { fingerprint }: GroupedAlert, is: (alert: GroupedAlert) => boolean) {
  return alerts.some((other) => other.fingerprint !== fingerprint && is(other));
}

function snoozesOf(firing: readonly GroupedAlert[], now: number): ReadonlyMap<string, Hold> {
  const snoozed = firing.map((alert) => [alert.fingerprint, snoozeHold(alert, now)] as const);
  return new Map(snoozed.flatMap(([fingerprint, hold]) => (hold === null ? [] : [[fingerprint, hold]])));
}
