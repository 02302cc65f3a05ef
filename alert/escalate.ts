/**
 * Escalation of a group that nobody takes on. A clock counts the time in which at least one firing alert, of those that the
 * EscalationPolicy is for, calls for somebody: not acknowledged, not snoozed, not held back.
 *
 *   clock  | nothing calls any more       | an alert calls         | the time of a step comes   | nothing fires any more
 *   -------|------------------------------|------------------------|----------------------------|-----------------------
 *   none   |                              | runs, once it was told |                            |
 *   runs   | stands, held; none where the |                        | runs; others are told, too | none
 *          | stopOn of the policy says so |                        |                            |
 *   stands | stands                       | runs on                |                            | none
 *   held   | held, stands                 | runs on                |                            | none
 *
 * An acknowledgement, a snooze and an end are seen when they join the group (escalate-join.ts). Holds (silence, inhibition,
 * maintenance, ...) come and go without a word: they are seen when the group is looked at, at least at every group_interval while
 * the clock runs or is held, and whenever a step is due.
 */

import type { Calling } from './escalation-call.ts';
import type { EscalationPolicy, EscalationTurn, NextStep } from './escalation-policy.ts';
import {
  type EscalationEvent,
  type EscalationState,
  elapsedAt,
  evolveEscalation,
  lookWhileHeld,
  lookWhileRunning,
  nextStep,
} from './escalation-state.ts';
import type { GroupState } from './group-state.ts';
import { type Reason, reason } from './reason.ts';

export interface EscalationDecision {
  readonly events: readonly EscalationEvent[];
  readonly after: EscalationState | undefined;
  /** Receivers to be told now, whatever they were told before. */
  readonly called: ReadonlySet<string>;
  /** When to look again; null: when something joins. */
  readonly lookAt: number | null;
}

type Of = Pick<GroupState, 'group' | 'escalation'>;

const NOTHING: EscalationDecision = { events: [], after: undefined, called: new Set(), lookAt: null };

/** Does one of these receivers reach nobody? Time cannot help then: the next step is due at once. */
type IsStranded = (receivers: readonly string[]) => boolean;

/** Of an escalation that has begun, when its group is looked at. `calling` null: its route names no policy any more. */
export function decideEscalation(
  { escalation: before, group }: Of,
  escalation: EscalationPolicy | null,
  calling: Calling | null,
  isStranded: IsStranded,
  now: number,
): EscalationDecision {
  if (before === undefined) return NOTHING;
  const at: At = { key: group.id, at: now, every: group.timing.groupInterval };
  if (escalation === null || calling === null || escalation.name !== before.policy) {
    return decided(before, [over(before, at, reason('escalation.policy-gone'))], null);
  }
  if (calling.fingerprints.length === 0) return quiet(before, escalation, calling, at);
  const resumed = before.since === null ? [run(escalation, before, at, 'escalation.resumed')] : [];
  const clock = { ...before, since: before.since ?? now };
  const steps = stepsDue(clock, escalation, calling, group.timing.channels, isStranded, at);
  const next = nextStep(escalation, before.taken + steps.length, elapsedAt(clock, now), now);
  return decided(before, [...resumed, ...steps], lookWhileRunning(next, at.every, now));
}

/** Whether it did or not before, the clock stands now. What keeps it from running may have changed. */
function quiet(before: EscalationState, escalation: EscalationPolicy, calling: Calling, at: At): EscalationDecision {
  const lookAt = isHeld(calling) ? lookWhileHeld(calling.holds, at.every, at.at) : null;
  const isSame = before.since === null && (before.lookAt === null) === (lookAt === null);
  return decided(before, isSame ? [] : [halt(before, escalation, at, calling)], lookAt);
}

function decided(
  before: EscalationState,
  events: readonly EscalationEvent[],
  lookAt: number | null,
): EscalationDecision {
  const called = events.flatMap((event) => (event.type === 'group.escalated' ? event.channels : []));
  const after = events.reduce<EscalationState | undefined>(evolveEscalation, before);
  return { events, after, called: new Set(called), lookAt: after === undefined ? null : lookAt };
}

export interface At {
  readonly key: string;
  readonly at: number;
  /** group_interval of the group. Milliseconds. */
  readonly every: number;
}

/** Several may be due at once: after a long stop, or as they are declared. */
function stepsDue(
  clock: EscalationState,
  escalation: EscalationPolicy,
  { fingerprints }: Calling,
  ofRoute: readonly string[],
  isStranded: IsStranded,
  { key, at, every }: At,
): EscalationEvent[] {
  const unacknowledged = elapsedAt(clock, at);
  const asked = new Set([...ofRoute, ...clock.channels]);
  const events: EscalationEvent[] = [];
  // Only those who were to be told by this very flush: somebody was on call when it was told, and has gone home since.
  let stranded = isAtOnce(clock) && isStranded(ofRoute);
  for (let taken = clock.taken; taken < escalation.turns.length; taken++) {
    const turn = escalation.turns[taken]!;
    const isDue = turn.at <= unacknowledged;
    if (!isDue && !stranded) break;
    const { step, repetition, channels } = turn;
    const unanswered = [...asked];
    const next = nextStep(escalation, taken + 1, unacknowledged, at);
    events.push({
      type: 'group.escalated',
      ...{ key, at, policy: escalation.name, turn: taken + 1, step, repetition, channels },
      ...{ unacknowledged, fingerprints, unanswered, next, lookAt: lookWhileRunning(next, every, at) },
      reasons: [
        ...(isDue ? [] : [reason('escalation.unreachable')]),
        explainStep(escalation, turn, unacknowledged, unanswered),
      ],
    });
    for (const channel of channels) asked.add(channel);
    stranded = isStranded(channels);
  }
  return events;
}

function explainStep(
  { name }: EscalationPolicy,
  { step, repetition, channels }: EscalationTurn,
  unacknowledged: number,
  unanswered: readonly string[],
): Reason {
  const again = repetition === 0 ? '' : `, again (${repetition})`;
  const waited = `not taken on by ${unanswered.join(', ') || 'anybody'} for ${duration(unacknowledged)}`;
  return reason('escalation.step', `${name}, step ${step}${again}: ${waited}; tells ${channels.join(', ')}`);
}

/** Once the group was told that alerts fire. null: nothing begins. */
export function beginEscalation(
  { group, escalation: running }: Of,
  escalation: EscalationPolicy | null,
  calling: Calling | null,
  stranded: readonly string[],
  now: number,
): EscalationEvent | null {
  if (running !== undefined || escalation === null || calling === null) return null;
  if (calling.fingerprints.length === 0) return null;
  const at = { key: group.id, at: now, every: group.timing.groupInterval };
  const begun = run(escalation, { taken: 0, elapsed: 0 }, at, 'escalation.begun');
  if (stranded.length === 0 || begun.lookAt === null) return begun;
  const why = reason('escalation.unreachable', stranded.slice(0, MOST_NAMED).join(', '));
  return { ...begun, lookAt: now, reasons: [...begun.reasons, why] };
}

const MOST_NAMED = 20;

/** As it began: the group is looked at in the same moment. */
function isAtOnce({ since, lookAt }: EscalationState): boolean {
  return lookAt !== null && lookAt === since;
}

function run(
  escalation: EscalationPolicy,
  { taken, elapsed }: Pick<EscalationState, 'taken' | 'elapsed'>,
  { key, at, every }: At,
  code: 'escalation.begun' | 'escalation.resumed',
): EscalationEvent {
  const next = nextStep(escalation, taken, elapsed, at);
  const reasons = [reason(code, `${escalation.name}: ${describeNext(next)}`)];
  const clock = { policy: escalation.name, clock: 'runs', unacknowledged: elapsed, next } as const;
  return { type: 'group.escalation', key, at, ...clock, lookAt: lookWhileRunning(next, every, at), reasons };
}

function describeNext(next: NextStep | null): string {
  if (next === null || next.at === null) return 'no step is left';
  return `step ${next.step} at ${new Date(next.at).toISOString()} unless somebody takes it on`;
}

/** Nothing calls any more. */
export function halt(before: EscalationState, escalation: EscalationPolicy, at: At, calling: Calling): EscalationEvent {
  const { quiet: why, because, holds } = calling;
  if (escalation.stopOn.some((condition) => condition === because)) return over(before, at, why);
  const unacknowledged = elapsedAt(before, at.at);
  const next = nextStep(escalation, before.taken, unacknowledged, null);
  const of = { type: 'group.escalation', key: at.key, at: at.at, policy: before.policy, unacknowledged, next } as const;
  if (!isHeld(calling)) return { ...of, clock: 'stands', lookAt: null, reasons: [why] };
  return { ...of, clock: 'held', lookAt: lookWhileHeld(holds, at.every, at.at), reasons: [why] };
}

/** Holds end without a word to the group. */
function isHeld({ because }: Calling): boolean {
  return because === 'held' || because === 'snoozed';
}

export function over(before: EscalationState, { key, at }: At, why: Reason): EscalationEvent {
  const clock = { policy: before.policy, clock: 'over', unacknowledged: elapsedAt(before, at), next: null } as const;
  return { type: 'group.escalation', key, at, ...clock, lookAt: null, reasons: [why] };
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
}
