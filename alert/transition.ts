/**
 * The one table of an alert's life: by what happens, from which phase to which. What is not in it cannot happen. lifecycle.ts says
 * what leads to each of these events; `none` is an alert that is not known, or not known any more.
 */

import type { AlertPhase } from './alert-state.ts';
import type { AlertEvent } from './event.ts';

export type Standing = AlertPhase | 'none';

const SAME = {
  none: 'none',
  firing: 'firing',
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  closed: 'closed',
  aged: 'aged',
} as const;

type Row = Readonly<Partial<Record<Standing, Standing>>>;

export const TRANSITIONS: Readonly<Record<AlertEvent['type'], Row>> = {
  'alert.opened': { none: 'firing', resolved: 'firing', closed: 'firing', aged: 'firing' },
  'alert.repeated': { firing: 'firing', acknowledged: 'acknowledged', closed: 'closed' },
  'alert.updated': { firing: 'firing', acknowledged: 'acknowledged' },
  'alert.acknowledged': { firing: 'acknowledged' },
  // Nobody has it in hand while it is put off.
  'alert.snoozed': { firing: 'firing', acknowledged: 'firing' },
  'alert.approved': { firing: 'firing', acknowledged: 'acknowledged' },
  'alert.rejected': { firing: 'closed', acknowledged: 'closed' },
  'alert.resolved': { firing: 'resolved', acknowledged: 'resolved' },
  'alert.closed': { firing: 'closed', acknowledged: 'closed' },
  'alert.aged': { firing: 'aged', acknowledged: 'aged' },
  'alert.forgotten': { resolved: 'none', closed: 'none', aged: 'none' },
  'alert.suppressed': { none: 'none', resolved: 'resolved', closed: 'closed', aged: 'aged' },
  'alert.commented': SAME,
  'alert.ignored': SAME,
  'command.refused': SAME,
};

/** null: it cannot happen in this phase. */
export function phaseAfter(phase: Standing, type: AlertEvent['type']): Standing | null {
  return TRANSITIONS[type][phase] ?? null;
}

export function standingOf(state: { readonly phase: AlertPhase } | null): Standing {
  return state === null ? 'none' : state.phase;
}
