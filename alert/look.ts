/**
 * A look at a group between its flushes, for the sake of its escalation. A step tells its channels at once; everybody else is told
 * when the group is flushed, as ever.
 */

import { flushChannel } from './flush-channel.ts';
import { escalationBefore } from './flush-escalation.ts';
import { partition } from './flush-view.ts';
import type { GroupDecision } from './group.ts';
import { holdsOf, holdsOfFiring } from './group-holds.ts';
import type { GroupState } from './group-state.ts';
import type { HoldsState } from './holds-state.ts';
import type { Policy } from './policy.ts';

export function lookAtGroup(
  state: GroupState,
  now: number,
  policy: Policy,
  known: HoldsState | null = null,
): GroupDecision {
  const parts = partition(state.alerts);
  const holds = holdsOf(state, now, policy, known);
  const escalating = escalationBefore(state, parts.firing, holdsOfFiring(parts.firing, holds), now, policy);
  const { called, events, lookAt } = escalating;
  const quiet = Math.min(state.dueAt, lookAt ?? state.dueAt);
  if (called.size === 0) return { events, effects: [], quietUntil: quiet };
  const flush = { state: escalating.state, now, policy, holds, besides: [], called };
  const flushes = [...called].map((channel) => {
    const told = state.told.find((one) => one.channel === channel) ?? null;
    return flushChannel(flush, channel, told, parts, state.group.timing.repeatInterval);
  });
  const decisions = flushes.map(({ decision }) => decision);
  const of = { type: 'group.flushed' as const, key: state.group.id, at: now, aside: true as const };
  return {
    events: [...events, { ...of, decisions, left: [], dueAt: state.dueAt }],
    effects: flushes.flatMap(({ effect }) => effect ?? []),
    quietUntil: quiet,
  };
}
