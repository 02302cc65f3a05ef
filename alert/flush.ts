/** One flush of a group: decides for each channel whether it hears of the group now, and of what. */

import { type ChannelFlush, type Flush, flushChannel } from './flush-channel.ts';
import { escalationAfter, escalationBefore, receiversOf } from './flush-escalation.ts';
import { changesNothing } from './flush-quiet.ts';
import { fingerprints, only, type Parts, partition } from './flush-view.ts';
import type { GroupDecision } from './group.ts';
import { holdsOf, holdsOfFiring } from './group-holds.ts';
import type { GroupState } from './group-state.ts';
import { endedReasons, holdChange } from './held.ts';
import type { HoldsState } from './holds-state.ts';
import { intervalAfter } from './next-flush.ts';
import type { Hold, Policy } from './policy.ts';

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
  const flush = { state: group, now, policy, holds, besides: endedReasons(change?.untold ?? []), called };
  const flushes = flushChannels(flush, parts);
  const effects = flushes.flatMap(({ effect }) => effect ?? []);
  const dueAt = parts.firing.length === 0 ? null : nextFlush(group, flushes, firingHolds, now);
  const decisions = flushes.map(({ decision }) => decision);
  const left = fingerprints(parts.resolved);
  const of = { key: state.group.id, at: now, policy: policy.hash };
  const event = { type: 'group.flushed' as const, ...of, decisions, left, dueAt };
  const holding =
    change === null ? event : { ...event, holds: effects.length > 0 ? { ...change, untold: [] } : change };
  const { begun, lookAt } = escalationAfter(escalating, decisions, now);
  const quietUntil = dueAt === null ? 0 : Math.min(dueAt, lookAt ?? dueAt);
  if (dueAt !== null && begun.length === 0 && changesNothing(state, holding)) {
    return { events: escalating.events, effects: [], quietUntil };
  }
  return { events: [...escalating.events, holding, ...begun], effects, ...(lookAt === null ? {} : { quietUntil }) };
}

function flushChannels(flush: Flush, parts: Parts): ChannelFlush[] {
  const { group, told: toldBefore } = flush.state;
  const channels = receiversOf(flush.state);
  const flushes: ChannelFlush[] = [];
  for (const channel of channels) {
    const told = toldBefore.find((one) => one.channel === channel) ?? null;
    flushes.push(flushChannel(flush, channel, told, parts, group.timing.repeatInterval));
  }
  for (const told of toldBefore) {
    // The route no longer names it, but it was told that alerts fire: it hears how these end, and nothing else.
    const toEnd = [...told.firing, ...(told.owed ?? [])];
    if (toEnd.length === 0 || channels.has(told.channel)) continue;
    flushes.push(flushChannel(flush, told.channel, told, only(parts, toEnd), Number.POSITIVE_INFINITY));
  }
  return flushes;
}

/** Nothing held: only a repetition can come next. Else also the end of a hold, which may come early and unannounced. */
function nextFlush(
  state: GroupState,
  flushes: readonly ChannelFlush[],
  held: ReadonlyMap<string, Hold>,
  now: number,
): number {
  let due = nextRepeat(state, flushes, now);
  if (held.size === 0) return due;
  due = Math.min(due, now + state.group.timing.groupInterval);
  for (const { until } of held.values()) if (until !== null && until > now && until < due) due = until;
  return due;
}

/** Everything that may be is told now: without another alert joining, only a repetition can come next. */
function nextRepeat(state: GroupState, flushes: readonly ChannelFlush[], now: number): number {
  const { group, told } = state;
  const { groupInterval, repeatInterval } = group.timing;
  const channels = receiversOf(state);
  const before = new Map(told.map(({ channel, at }) => [channel, at]));
  const toldAt = flushes
    .filter(({ decision }) => channels.has(decision.channel))
    .map(({ decision, effect }) => (effect === null ? (before.get(decision.channel) ?? now) : now));
  return intervalAfter(now, groupInterval, Math.min(now, ...toldAt) + repeatInterval);
}
