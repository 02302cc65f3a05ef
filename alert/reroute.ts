/**
 * A new policy puts an alert that fires into other groups. Those of before told somebody that it fires, and owe them its end; but they do not
 * go on repeating it (docs/decisions/96-groups-of-before.md). Those that escalate it do go on: time that was counted is not lost.
 */

import type { AlertState } from './alert-state.ts';
import type { GroupEntry, GroupRef } from './entry.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold } from './policy.ts';
import { reason } from './reason.ts';
import { withFields } from './stored-alert.ts';

/** For the groups that the alert has just left, and that have nothing more to tell than its end. */
export function tellGroupsLeft(before: AlertState, after: AlertState, alert: GroupedAlert): readonly GroupEntry[] {
  const left = after.former.filter(({ id, timing }) => {
    return timing.escalation === undefined && before.groups.some((group) => group.id === id);
  });
  if (left.length === 0) return [];
  const rerouted = withFields(alert, { rerouted: true as const });
  return left.map((group): GroupEntry => ({ kind: 'group', group, alert: rerouted }));
}

/** Groups of an earlier policy that go on telling of it, and so have to hear who takes it on or puts it off. */
export function formerThatGoOn({ former }: AlertState): readonly GroupRef[] {
  return former.filter(({ timing }) => timing.escalation !== undefined);
}

export function rerouteHold({ rerouted, status }: GroupedAlert): Hold | null {
  return rerouted === true && status === 'firing' ? { reason: reason('hold.rerouted'), until: null } : null;
}
