/**
 * A look at a group between its flushes: a step of its escalation tells its receivers at once, and whoever hears of it is told that somebody
 * took on what fires. Everybody else is told when the group is flushed, as ever.
 */

import { type ChannelFlush, type Flush, flushChannel } from './flush-channel.ts';
import { escalationBefore } from './flush-escalation.ts';
import { LINES_PER_FLUSH } from './flush-pass.ts';
import { type Parts, partition } from './flush-view.ts';
import type { GroupDecision } from './group.ts';
import { holdsOf, holdsOfFiring } from './group-holds.ts';
import { reachedBy } from './group-reach.ts';
import { type GroupState, toldByLine } from './group-state.ts';
import type { HoldsState } from './holds-state.ts';
import { lineName } from './line-name.ts';
import type { Policy } from './policy.ts';
import { takenLines } from './taken-on.ts';

export function lookAtGroup(
  state: GroupState,
  now: number,
  policy: Policy,
  known: HoldsState | null = null,
): GroupDecision {
  const parts = partition(state.alerts);
  const holds = holdsOf(state, now, policy, known);
  const firingHolds = holdsOfFiring(parts.firing, holds);
  const escalating = escalationBefore(state, parts.firing, firingHolds, now, policy);
  const { called, events, lookAt } = escalating;
  const isTakenDue = state.takenDueAt !== undefined && state.takenDueAt <= now;
  const later = isTakenDue ? undefined : state.takenDueAt;
  const quiet = Math.min(state.dueAt, lookAt ?? state.dueAt, later ?? state.dueAt);
  if (called.size === 0 && !isTakenDue) return { events, effects: [], quietUntil: quiet };
  const of = { type: 'group.flushed' as const, key: state.group.id, at: now, aside: true as const, left: [] };
  const { lines } = reachedBy(called, parts.firing, firingHolds, state.group, now, policy);
  // A step that tells so many is a flush of its own, in shares: whoever has not been told is told by it.
  if (lines.length > LINES_PER_FLUSH) {
    return { events: [...events, { ...of, decisions: [], dueAt: now }], effects: [], quietUntil: now };
  }
  const flush = { state: escalating.state, now, policy, holds, besides: [], called };
  const told = toldByLine(state);
  const byStep = lines.map((line) =>
    flushChannel(flush, line, told.get(lineName(line)) ?? null, parts, state.group.timing.repeatInterval),
  );
  const flushes = isTakenDue ? [...byStep, ...ofTaking(flush, parts, new Set(lines.map(lineName)))] : byStep;
  const decisions = flushes.map(({ decision }) => decision);
  return {
    events: [...events, { ...of, decisions, dueAt: state.dueAt }],
    effects: flushes.flatMap(({ effect }) => effect ?? []),
    quietUntil: quiet,
  };
}

/** Those that a step tells now hear of it by that. So many that it would take several commits hear of it by the next flush. */
function ofTaking(flush: Flush, parts: Parts, besides: ReadonlySet<string>): ChannelFlush[] {
  const { state, policy } = flush;
  const lines = takenLines(state, parts, policy).filter(({ line }) => !besides.has(lineName(line)));
  if (lines.length > LINES_PER_FLUSH) return [];
  return lines
    .map(({ line, told, parts: own }) => flushChannel(flush, line, told, own, Number.POSITIVE_INFINITY))
    .filter(({ effect }) => effect !== null);
}
