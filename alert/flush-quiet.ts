/**
 * Did a flush of a group of which something is held back find anything that is worth an event? A silence may last for months:
 * a look at every group_interval must not fill the journal with what it says already.
 */

import type { FlushDecision, GroupEvent } from './event.ts';
import { type GroupState, toldByLine } from './group-state.ts';
import { lineName } from './line-name.ts';

type Flushed = Extract<GroupEvent, { type: 'group.flushed' }>;

export function changesNothing(state: GroupState, { decisions, left, holds, unreached, pass }: Flushed): boolean {
  if (left.length > 0 || holds === undefined) return false;
  if (unreached !== undefined || pass !== undefined || state.pass !== undefined) return false;
  if (holds.began.length > 0 || holds.ended.length > 0 || holds.untold.length !== (state.untold ?? []).length)
    return false;
  return decisions.every((decision) => isAsBefore(state, decision));
}

/** A channel that is not told keeps the very lists of before (flush.ts). */
function isAsBefore(state: GroupState, decision: FlushDecision): boolean {
  const { notificationId, firing, resolved, owed, acknowledged } = decision;
  const before = toldByLine(state).get(lineName(decision));
  if (before === undefined || notificationId !== null) return false;
  if (before.acknowledged !== acknowledged) return false;
  return before.firing === firing && before.resolved === resolved && before.owed?.length === owed?.length;
}
