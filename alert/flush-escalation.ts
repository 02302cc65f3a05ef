/** What a flush does for the escalation of its group: before the channels are decided on, and once they are. */

import { beginEscalation, decideEscalation } from './escalate.ts';
import { type Calling, callingOf } from './escalation-call.ts';
import type { EscalationPolicy } from './escalation-policy.ts';
import type { EscalationEvent, EscalationState } from './escalation-state.ts';
import type { FlushDecision } from './event.ts';
import { reachedBy } from './group-reach.ts';
import type { GroupState } from './group-state.ts';
import type { GroupedAlert } from './notification.ts';
import { isPerson } from './people.ts';
import type { Hold, Policy } from './policy.ts';
import type { Reached } from './reach.ts';

export interface FlushEscalation {
  readonly events: readonly EscalationEvent[];
  /** Receivers to be told now, whatever they were told before. */
  readonly called: ReadonlySet<string>;
  /** When to look at the group again for its sake; null: no sooner than anyway. */
  readonly lookAt: number | null;
  /** The group as the rest of the flush sees it. */
  readonly state: GroupState;
  readonly policy: EscalationPolicy | null;
  readonly calling: Calling | null;
}

/** `holds`: of the alerts that fire, by fingerprint. */
export function escalationBefore(
  state: GroupState,
  firing: readonly GroupedAlert[],
  holds: ReadonlyMap<string, Hold>,
  now: number,
  all: Policy,
): FlushEscalation {
  const { escalation: policyOf } = all;
  const { escalation: name } = state.group.timing;
  const policy = name === undefined ? null : policyOf(state.group.tenant, name);
  const calling = policy === null ? null : callingOf(firing, holds, policy);
  const isStranded = (receivers: readonly string[]) => {
    const persons = receivers.filter(isPerson);
    return persons.length > 0 && reachedBy(persons, firing, holds, state.group, now, all).stranded.size > 0;
  };
  const { events, after, called, lookAt } = decideEscalation(state, policy, calling, isStranded, now);
  return { events, called, lookAt, state: withEscalation(state, after), policy, calling };
}

/** It begins with the flush by which the group was told that something fires, or could not be told for want of somebody to tell. */
export function escalationAfter(
  { state, policy, calling, lookAt }: FlushEscalation,
  decisions: readonly FlushDecision[],
  { stranded }: Pick<Reached, 'stranded'>,
  now: number,
): { readonly begun: readonly EscalationEvent[]; readonly lookAt: number | null } {
  const isTold = decisions.some(({ firing }) => firing.length > 0);
  const begins = isTold || stranded.size > 0;
  const begun = begins ? beginEscalation(state, policy, calling, [...stranded], now) : null;
  return begun === null ? { begun: [], lookAt } : { begun: [begun], lookAt: begun.lookAt };
}

/** Whom a group tells: the receivers of its route, then those that its escalation added. */
export function receiversOf({ group, escalation }: GroupState): ReadonlySet<string> {
  return new Set([...group.timing.channels, ...(escalation?.channels ?? [])]);
}

export function withEscalation(before: GroupState, escalation: EscalationState | undefined): GroupState {
  if (escalation !== undefined) return { ...before, escalation };
  const { escalation: _, ...state } = before;
  return state;
}
