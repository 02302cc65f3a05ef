/**
 * One run of a correlator: the window goes to the pool, what comes back changes incidents, and alerts that are too old to find
 * company leave the window.
 */

import type { CorrelationRule, Finding, Learnt, WindowAlert } from './correlation.ts';
import type { CorrelationEvent } from './correlation-event.ts';
import { type CorrelatorState, isIdle } from './correlator-state.ts';
import type { GroupEntry, IncidentHoldEntry } from './entry.ts';
import { applyFindings, closeOrphans } from './incident.ts';
import type { Policy } from './policy.ts';
import { type Reason, reason } from './reason.ts';

/** To be done after the commit; its outcome comes back as `found` or `failed`. */
export interface CorrelationTask {
  readonly tenant: string;
  readonly run: number;
  readonly alerts: readonly WindowAlert[];
  readonly rules: readonly CorrelationRule[];
  readonly learnt: readonly Learnt[];
  /** Milliseconds. */
  readonly limit: number;
}

export interface CorrelatorDecision {
  readonly events: readonly CorrelationEvent[];
  readonly effects: readonly (GroupEntry | IncidentHoldEntry)[];
  readonly task: CorrelationTask | null;
}

/** From the first change to the run, and the least pause between runs: longer where there is more to do. Milliseconds. */
const GATHER = 1000;
const PAUSE_PER_ALERT = 0.25;
const RUN_LIMIT = 10_000;
/** Beyond the limit nothing comes any more: the worker that had the task is gone. */
const RUN_LOST = 15_000;
const LOOK_EVERY = 60_000;

export function nextRun(state: CorrelatorState, tenant: string, now: number, policy: Policy): CorrelatorDecision {
  const { running } = state;
  if (running !== null) return failRun(state, 'no answer came', tenant, now);
  const rules = policy.correlations(tenant).flatMap(({ rule }) => (rule.storm === null ? [rule] : []));
  if (state.changedAt === null || rules.length === 0) return conclude(state, [], tenant, now, policy);
  const alerts = Array.from(state.window.values(), ({ alert }) => alert);
  const run = state.runs + 1;
  return {
    events: [{ type: 'correlation.started', key: tenant, at: now, run, alerts: alerts.length }],
    effects: [],
    task: { tenant, run, alerts, rules, learnt: [...state.learnt.values()], limit: RUN_LIMIT },
  };
}

export function conclude(
  state: CorrelatorState,
  findings: readonly Finding[],
  tenant: string,
  now: number,
  policy: Policy,
  problems: readonly Reason[] = [],
): CorrelatorDecision {
  const orphans = closeOrphans(state, tenant, now, policy);
  const changes = applyFindings(state, findings, tenant, now, policy);
  const members = new Set([...state.incidents.values()].flatMap((incident) => [...incident.members]));
  for (const { members: found } of findings) for (const { fingerprint } of found) members.add(fingerprint);
  const ended = endOfRun(
    state,
    passedBy(state, members, tenant, now, policy),
    [reason('correlation.done'), ...problems],
    tenant,
    now,
  );
  return {
    events: [...orphans.events, ...changes.events, ended],
    effects: [...orphans.effects, ...changes.effects],
    task: null,
  };
}

/** What came so long ago that nothing new can be close to it, and belongs to nothing. */
function passedBy(
  { window }: CorrelatorState,
  members: ReadonlySet<string>,
  tenant: string,
  now: number,
  policy: Policy,
): string[] {
  const longest = Math.max(0, ...policy.correlations(tenant).map(({ rule }) => rule.within));
  const before = now - longest - LOOK_EVERY;
  const passed: string[] = [];
  for (const [fingerprint, { enteredAt }] of window) {
    if (enteredAt < before && !members.has(fingerprint)) passed.push(fingerprint);
  }
  return passed;
}

/** Nothing changes, and what changed meanwhile is looked at in the next one. */
export function failRun(state: CorrelatorState, problem: string, tenant: string, now: number): CorrelatorDecision {
  return {
    events: [endOfRun(state, [], [reason('correlation.failed', problem)], tenant, now)],
    effects: [],
    task: null,
  };
}

function endOfRun(
  state: CorrelatorState,
  passed: readonly string[],
  reasons: readonly Reason[],
  tenant: string,
  now: number,
): CorrelationEvent {
  const run = state.running?.run ?? state.runs;
  return { type: 'correlation.ended', key: tenant, at: now, run, passed, reasons };
}

/** When a run is due, or the end of one is overdue. Unix time in milliseconds; infinite: never. */
export function dueRun(state: CorrelatorState): number {
  const { running, changedAt, endedAt, window } = state;
  if (isIdle(state)) return Number.POSITIVE_INFINITY;
  if (running !== null) return running.at + RUN_LOST;
  if (changedAt === null) return endedAt + LOOK_EVERY;
  // Where the clock has gone back, the last run seems to have ended long after the change.
  const ended = Math.min(endedAt, changedAt + RUN_LOST);
  return Math.max(changedAt + GATHER, ended + GATHER + window.size * PAUSE_PER_ALERT);
}
