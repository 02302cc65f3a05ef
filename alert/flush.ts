/** One flush of a group: decides for each line whether it hears of the group now, and of what. */

import type { GroupEvent } from './event.ts';
import type { ChannelFlush, Flush } from './flush-channel.ts';
import { escalationAfter, escalationBefore, receiversOf } from './flush-escalation.ts';
import { type FlushedLines, flushLines } from './flush-lines.ts';
import { type FlushPass, isWorthALine } from './flush-pass.ts';
import { changesNothing } from './flush-quiet.ts';
import { fingerprints, type Parts, partition } from './flush-view.ts';
import type { GroupDecision } from './group.ts';
import { holdsOf, holdsOfFiring } from './group-holds.ts';
import { reachedAt, reachedBy, unreachedAfter } from './group-reach.ts';
import { type GroupState, toldByLine } from './group-state.ts';
import { endedReasons, type HoldChange, holdChange } from './held.ts';
import type { HoldsState } from './holds-state.ts';
import { lineName } from './line-name.ts';
import { intervalAfter } from './next-flush.ts';
import type { Hold, Policy } from './policy.ts';
import type { Reached } from './reach.ts';

type Flushed = Extract<GroupEvent, { type: 'group.flushed' }>;

export function flushGroup(
  state: GroupState,
  now: number,
  policy: Policy,
  known: HoldsState | null = null,
): GroupDecision {
  const parts = partition(state.alerts);
  const holds = holdsOf(state, now, policy, known);
  const firingHolds = holdsOfFiring(parts.firing, holds);
  const change = holdChange(state.held ?? [], state.untold ?? [], firingHolds, state.alerts, now);
  const escalating = escalationBefore(state, parts.firing, firingHolds, now, policy);
  const { state: group, called } = escalating;
  const reached = reachedBy(receiversOf(group), parts.firing, firingHolds, group.group, now, policy);
  const flush = { state: group, now, policy, holds, besides: endedReasons(change?.untold ?? []), called };
  const lines = flushLines(flush, parts, reached);
  const effects = lines.flushes.flatMap(({ effect }) => effect ?? []);
  const event: Flushed = {
    ...{ type: 'group.flushed', key: state.group.id, at: now, policy: policy.hash },
    ...decisionsOf(group, lines),
    ...(parts.firing.length === 0 ? {} : unreachedAfter(state.unreached, reached)),
    ...progressOf(flush, parts, lines, reached, firingHolds),
    ...holdsAfter(state, change, effects.length > 0, lines.after !== null),
  };
  const { begun, lookAt } = escalationAfter(escalating, event.decisions, reached, now);
  const { dueAt } = event;
  const quietUntil = dueAt === null ? 0 : Math.min(dueAt, lookAt ?? dueAt);
  if (dueAt !== null && begun.length === 0 && changesNothing(state, event)) {
    return { events: escalating.events, effects: [], quietUntil };
  }
  return { events: [...escalating.events, event, ...begun], effects, ...(lookAt === null ? {} : { quietUntil }) };
}

function decisionsOf(state: GroupState, { flushes }: FlushedLines): Pick<Flushed, 'decisions'> {
  const told = toldByLine(state);
  return { decisions: flushes.map(({ decision }) => decision).filter((decision) => isWorthALine(decision, told)) };
}

/** A notification has told of what was held; while lines are left, they are to be told of it, too. */
function holdsAfter(
  { pass }: GroupState,
  change: HoldChange | null,
  isTold: boolean,
  more: boolean,
): Pick<Flushed, 'holds'> {
  if (change === null) return {};
  return { holds: !more && (isTold || pass !== undefined) ? { ...change, untold: [] } : change };
}

/** What leaves the group, how far the flush has come, and when the group is looked at again. */
function progressOf(
  { state, now }: Flush,
  parts: Parts,
  lines: FlushedLines,
  reached: Reached,
  held: ReadonlyMap<string, Hold>,
): Pick<Flushed, 'left' | 'pass' | 'dueAt'> {
  const before: FlushPass = state.pass ?? { after: '', leaving: fingerprints(parts.resolved), joined: false };
  if (lines.after !== null) return { left: [], pass: { ...before, after: lines.after }, dueAt: now };
  const left = before.leaving;
  if (parts.firing.length === 0 && left.length === parts.resolved.length) return { left, dueAt: null };
  const due = nextFlush(state, lines, reached, held, now);
  return { left, dueAt: before.joined ? Math.min(due, now + state.group.timing.groupInterval) : due };
}

/** Nothing held and everybody reached: only a repetition can come next. Else also the end of a hold, or of quiet hours. */
function nextFlush(
  state: GroupState,
  lines: FlushedLines,
  reached: Reached,
  held: ReadonlyMap<string, Hold>,
  now: number,
): number {
  let due = Math.min(nextRepeat(state, lines, now), reachedAt(reached, now));
  if (held.size === 0) return due;
  due = Math.min(due, now + state.group.timing.groupInterval);
  for (const { until } of held.values()) if (until !== null && until > now && until < due) due = until;
  return due;
}

/** Everything that may be is told now: without another alert joining, only a repetition can come next. */
function nextRepeat(state: GroupState, { flushes, present }: FlushedLines, now: number): number {
  const { groupInterval, repeatInterval } = state.group.timing;
  const told = toldByLine(state);
  const justTold = new Set(flushes.filter(isTold).map(({ decision }) => lineName(decision)));
  let earliest = now;
  for (const line of present) {
    if (!justTold.has(line)) earliest = Math.min(earliest, told.get(line)?.at ?? now);
  }
  return intervalAfter(now, groupInterval, earliest + repeatInterval);
}

function isTold({ effect }: ChannelFlush): boolean {
  return effect !== null;
}
