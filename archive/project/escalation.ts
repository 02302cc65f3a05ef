/** How far the escalation of a group has come: the JSON of GroupRow.escalation. Pure. */

import type { NextStep } from '../../alert/escalation-policy.ts';
import type { EscalationEvent } from '../../alert/escalation-state.ts';
import type { Reason } from '../../alert/reason.ts';
import type { GroupRow } from '../schema.ts';

export interface EscalationStanding {
  readonly policy: string;
  /** Unacknowledged time is counted, or why it is not: everything is acknowledged, or held back. */
  readonly clock: 'runs' | 'stands' | 'held';
  readonly since: number;
  /** Until `since`. Milliseconds. */
  readonly unacknowledged: number;
  /** Those that steps have added. */
  readonly channels: readonly string[];
  readonly next: NextStep | null;
  readonly reasons: readonly Reason[];
}

/** null: nothing is escalated any more. */
export function escalationAfter(before: GroupRow['escalation'], event: EscalationEvent): GroupRow['escalation'] {
  const { policy, at: since, unacknowledged, next, reasons } = event;
  const known = standingOf(before)?.channels ?? [];
  const of = { policy, since, unacknowledged, next, reasons };
  if (event.type === 'group.escalated') {
    return column({ ...of, clock: 'runs', channels: [...new Set([...known, ...event.channels])] });
  }
  return event.clock === 'over' ? null : column({ ...of, clock: event.clock, channels: known });
}

export function standingOf(escalation: GroupRow['escalation']): EscalationStanding | null {
  return escalation === null ? null : (JSON.parse(escalation) as EscalationStanding);
}

function column(standing: EscalationStanding): string {
  return JSON.stringify(standing);
}
