/**
 * Storms: more alerts of a rule in its time frame than it allows. One group of its own tells of all of them, with how many
 * they are by namespace, alert name and severity, and again when it is over.
 *
 *   phase   | held back               | ends
 *   --------|-------------------------|--------------------------------------------------------------------------------
 *   rising  | whatever meets the rule | calm, when no more than half as many as allowed came in the last time frame
 *   calm    | those that came in it   | over, when no more than half as many as allowed of them still fire: these are told
 *           |                         | now. Rising again, when too many come.
 *
 * Of a limit, as many as it allows are told as ever: they are no part of the storm, and neither held nor counted in it.
 */

import type { CorrelationRule, WindowAlert } from './correlation.ts';
import type { CorrelationEvent, Counted, StormPhase } from './correlation-event.ts';
import { type CorrelatorState, inFrame, type OpenStorm, stormKey } from './correlator-state.ts';
import type { GroupEntry, IncidentHoldEntry } from './entry.ts';
import { hash16 } from './fingerprint.ts';
import type { Policy } from './policy.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { addAlert, addAll, alertsIn, copyOf, type Frame, sumOf } from './storm-count.ts';
import { printKey, type Storm, summaryEntry } from './storm-summary.ts';

export interface StormChange {
  /** Id of the storm that the alert is part of; null: there is none. */
  readonly storm: string | null;
  readonly events: readonly CorrelationEvent[];
  readonly effects: readonly (GroupEntry | IncidentHoldEntry)[];
}

/** How soon the summary is brought up to date: after as long as the storm has lasted, within these. Milliseconds. */
const SOONEST = 1000;
const LATEST = 60_000;

/** What follows from one more alert under the key. */
export function countStorm(
  state: CorrelatorState | null,
  counted: Counted,
  alert: WindowAlert,
  tenant: string,
  now: number,
  policy: Policy,
): StormChange {
  const known = state?.storms.get(stormKey(counted)) ?? null;
  if (known?.phase === 'rising') return { storm: known.id, events: [], effects: [] };
  const rule = ruleOf(tenant, counted.rule, policy);
  const before = state === null ? [] : inFrame(state, counted, now);
  if (rule === null || alertsIn(before) + 1 <= rule.threshold) return { storm: null, events: [], effects: [] };
  const isLimit = rule.storm?.isLimit === true;
  const frame = addAlert(isLimit ? sumOf([]) : sumOf(before), alert);
  const spared = isLimit ? namedIn(before) : [];
  if (known !== null) {
    const storm = { ...known, breakdown: addAll(copyOf(known.breakdown), frame) };
    return { storm: known.id, ...rise(storm, rule, 'storm.updated', spared, tenant, now, policy) };
  }
  const id = hash16(`${tenant}\nstorm\n${stormKey(counted)}\n${now}`);
  const storm = { id, rule: rule.name, groupedBy: counted.key, openedAt: now, breakdown: frame };
  return { storm: id, ...rise(storm, rule, 'storm.opened', spared, tenant, now, policy) };
}

/** Those that a limit spares go to every partition: of a limit beyond this only so many of the latest are told. */
const MOST_SPARED = 20_000;

function namedIn(frame: Frame): string[] {
  return frame.flatMap(({ fingerprints }) => fingerprints).slice(-MOST_SPARED);
}

function rise(
  storm: Storm,
  rule: CorrelationRule,
  type: 'storm.opened' | 'storm.updated',
  spared: readonly string[],
  tenant: string,
  now: number,
  policy: Policy,
): Omit<StormChange, 'storm'> {
  const summary = summaryEntry(storm, rule, tenant, 'firing', now, policy);
  const why = reason(type, overLimit(storm, rule));
  const entry = holdEntry(storm, rule, tenant, summary, null);
  const those = spared.length === 0 ? {} : { spared };
  return {
    events: [{ ...stormEvent(type, storm, 'rising', tenant, now, why), ...those }],
    effects: [summary, { ...entry, hold: { ...entry.hold, ...those } }],
  };
}

function holdEntry(
  { id: incident, groupedBy }: Storm,
  { name, storm }: CorrelationRule,
  tenant: string,
  summary: GroupEntry,
  members: readonly string[] | null,
) {
  const { hold } = storm!;
  const { fingerprint: itself } = summary.alert;
  return {
    kind: 'incident-hold' as const,
    tenant,
    incident,
    hold: { kind: 'storm' as const, incident, rule: name, groupedBy, hold, members, summary: itself },
  };
}

export function stormDueAt({ openedAt, toldAt }: OpenStorm): number {
  return toldAt + Math.min(LATEST, Math.max(SOONEST, toldAt - openedAt));
}

/** What time alone does to it: see above. */
export function tickStorm(
  state: CorrelatorState,
  storm: OpenStorm,
  tenant: string,
  now: number,
  policy: Policy,
): Omit<StormChange, 'storm'> {
  const rule = ruleOf(tenant, storm.rule, policy);
  if (rule === null) return closeStorm(storm, null, 'incident.rule-gone', tenant, now, policy);
  const few = rule.threshold / 2;
  const frame = inFrame(state, { rule: storm.rule, key: storm.groupedBy, within: rule.within }, now);
  const phase = storm.phase === 'rising' && alertsIn(frame) > few ? 'rising' : 'calm';
  if (phase === 'calm' && storm.members.size <= few) return closeStorm(storm, rule, 'storm.over', tenant, now, policy);
  const summary = summaryEntry(storm, rule, tenant, 'firing', now, policy);
  const changed = storm.breakdown.alerts !== storm.told || phase !== storm.phase;
  return {
    events: [stormEvent('storm.updated', storm, phase, tenant, now, reason('storm.updated', goesOn(storm, phase)))],
    effects: [
      ...(changed ? [summary] : []),
      ...(phase === storm.phase ? [] : [holdEntry(storm, rule, tenant, summary, [...storm.members])]),
    ],
  };
}

function goesOn({ breakdown, members }: OpenStorm, phase: StormPhase): string {
  return `${phase}: ${breakdown.alerts} alerts so far, ${members.size} still fire`;
}

function closeStorm(
  storm: OpenStorm,
  rule: CorrelationRule | null,
  code: ReasonCode,
  tenant: string,
  now: number,
  policy: Policy,
): Omit<StormChange, 'storm'> {
  const { id: incident, breakdown } = storm;
  return {
    events: [
      { type: 'storm.closed', key: tenant, at: now, incident, breakdown: copyOf(breakdown), reasons: [reason(code)] },
    ],
    effects: [
      summaryEntry(storm, rule, tenant, 'resolved', now, policy),
      { kind: 'incident-hold', tenant, incident, hold: null },
    ],
  };
}

function ruleOf(tenant: string, name: string, policy: Policy): CorrelationRule | null {
  const rule = policy.correlations(tenant).find((condition) => condition.rule.name === name)?.rule;
  return rule === undefined || rule.storm === null ? null : rule;
}

function stormEvent(
  type: 'storm.opened' | 'storm.updated',
  { id: incident, rule, groupedBy, breakdown }: Storm,
  phase: StormPhase,
  tenant: string,
  now: number,
  why: Reason,
): CorrelationEvent {
  return { type, key: tenant, at: now, incident, rule, groupedBy, breakdown: copyOf(breakdown), phase, reasons: [why] };
}

function overLimit(
  { breakdown: { alerts }, groupedBy }: Storm,
  { name, threshold, within, storm }: CorrelationRule,
): string {
  const keys = printKey(groupedBy);
  const by = keys === '' ? '' : ` with ${keys}`;
  const sofar = storm?.isLimit === true ? `${alerts} beyond that so far` : `${alerts} so far`;
  return `rule ${name}: more than ${threshold} alerts${by} within ${within / 1000} s; ${sofar}`;
}
