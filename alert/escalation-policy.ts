/** What an EscalationPolicy says, compiled: whom a group is told to next, and after how much time in which nobody took it on. */

import type { Priority } from './alert.ts';

/** One time at which others are told. */
export interface EscalationTurn {
  /** Unacknowledged time, from the first notification on. Milliseconds. */
  readonly at: number;
  /** 1 for the first step. */
  readonly step: number;
  /** 0: the step itself; 1 for its first repetition. */
  readonly repetition: number;
  /** Receivers, as in routes. */
  readonly channels: readonly string[];
}

/** What comes next. */
export interface NextStep {
  readonly step: number;
  readonly repetition: number;
  readonly channels: readonly string[];
  /** If nobody takes the group on before. Unix time in milliseconds; null: not while the clock stands. */
  readonly at: number | null;
}

/** What ends an escalation, where others only make its clock stand still. */
export const STOP_CONDITIONS = ['acknowledged', 'snoozed'] as const;
export type StopCondition = (typeof STOP_CONDITIONS)[number];

export interface EscalationPolicy {
  readonly name: string;
  /** In the order of their times. */
  readonly turns: readonly EscalationTurn[];
  /** Values of the label `severity`, and priorities, that it is for. null: all. */
  readonly severities: readonly string[] | null;
  readonly priorities: readonly Priority[] | null;
  readonly stopOn: readonly StopCondition[];
}

/** A step as it is declared. Durations in milliseconds. */
export interface EscalationStep {
  readonly after: number;
  readonly channels: readonly string[];
  /** Told again so often, in this distance, as long as nobody takes it on. */
  readonly repeat: { readonly every: number; readonly times: number } | null;
}

/** Every time at which a step, or a repetition of one, is due. */
export function turnsOf(steps: readonly EscalationStep[]): readonly EscalationTurn[] {
  const turns = steps.flatMap(({ after, channels, repeat }, i) =>
    Array.from({ length: 1 + (repeat?.times ?? 0) }, (_, repetition) => {
      return { at: after + repetition * (repeat?.every ?? 0), step: i + 1, repetition, channels };
    }),
  );
  return turns.sort((a, b) => a.at - b.at || a.step - b.step);
}
