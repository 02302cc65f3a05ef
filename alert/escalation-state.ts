/** How far the escalation of a group has come, as a fold over its events, and when it goes on. */

import type { EscalationPolicy, NextStep } from './escalation-policy.ts';
import type { GroupEvent } from './event.ts';
import type { Hold } from './policy.ts';

export interface EscalationState {
  /** Name of the EscalationPolicy. */
  readonly policy: string;
  /** How many turns of the policy were taken. */
  readonly taken: number;
  /** Unacknowledged time until `since`, or until the clock stood still. Milliseconds. */
  readonly elapsed: number;
  /** The clock runs since then (Unix time in milliseconds); null: it stands. */
  readonly since: number | null;
  /** When to look at the group for its sake (Unix time in milliseconds); null: when something joins. */
  readonly lookAt: number | null;
  /** Those that were added: told of the group like those of its route, for as long as the escalation lasts. */
  readonly channels: readonly string[];
}

export type EscalationEvent = Extract<GroupEvent, { type: 'group.escalation' | 'group.escalated' }>;

/** undefined: there is none. */
export function evolveEscalation(
  before: EscalationState | undefined,
  event: EscalationEvent,
): EscalationState | undefined {
  const { policy, unacknowledged: elapsed, lookAt } = event;
  const { taken = 0, channels = [] } = before ?? {};
  if (event.type === 'group.escalated') {
    const added = [...new Set([...channels, ...event.channels])];
    return { policy, taken: event.turn, elapsed, since: event.at, lookAt, channels: added };
  }
  switch (event.clock) {
    case 'runs':
      return { policy, taken, elapsed, since: event.at, lookAt, channels };
    case 'stands':
    case 'held':
      return { policy, taken, elapsed, since: null, lookAt, channels };
    case 'over':
      return undefined;
    default:
      return event.clock satisfies never;
  }
}

/** Unacknowledged time so far, in milliseconds. A clock that was set back takes nothing away. */
export function elapsedAt({ elapsed, since }: Pick<EscalationState, 'elapsed' | 'since'>, now: number): number {
  return since === null ? elapsed : elapsed + Math.max(0, now - since);
}

/** null: there is no step left. `now` null: while the clock stands. */
export function nextStep(
  { turns }: EscalationPolicy,
  taken: number,
  elapsed: number,
  now: number | null,
): NextStep | null {
  const turn = turns[taken];
  if (turn === undefined) return null;
  const { step, repetition, channels } = turn;
  return { step, repetition, channels, at: now === null ? null : now + Math.max(0, turn.at - elapsed) };
}

/** While the clock runs: silences and the like begin without a word to the group. null: no step is left. */
export function lookWhileRunning(next: NextStep | null, groupInterval: number, now: number): number | null {
  return next === null || next.at === null ? null : Math.min(next.at, now + groupInterval);
}

/** While everything is held back: holds end without a word, too, but some say when. */
export function lookWhileHeld(holds: ReadonlyMap<string, Hold>, groupInterval: number, now: number): number {
  let look = now + groupInterval;
  for (const { until } of holds.values()) if (until !== null && until > now && until < look) look = until;
  return look;
}
