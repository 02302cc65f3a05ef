/**
 * The correlator of one tenant: alerts enter and leave, once in a while what belongs together is looked for (in the pool, by
 * rules/correlate.ts), and what is found opens, grows and closes incidents. Storms are counted as alerts enter.
 *
 *   run      | an alert enters or leaves | its time comes                          | found, failed
 *   ---------|---------------------------|-----------------------------------------|---------------------------
 *   none     | changed: due in a moment  | changed: running; else old alerts go    | ignored
 *   running  | changed: due after it     | none (failed: late)                     | none, incidents change
 *
 * A run that fails changes nothing: the alerts go on as they are, with the reason in the journal, and the next one is due.
 */

import { type CorrelationRule, type Finding, keyValue, type WindowAlert } from './correlation.ts';
import type { CorrelationEvent, Counted } from './correlation-event.ts';
import { type CorrelatorDecision, conclude, dueRun, failRun, nextRun } from './correlation-run.ts';
import type { CorrelatorState } from './correlator-state.ts';
import type { CorrelationEntry, IncidentHoldEntry } from './entry.ts';
import { closeIncident } from './incident.ts';
import type { Policy } from './policy.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { countStorm, stormDueAt, tickStorm } from './storm.ts';

export type CorrelatorCommand =
  | { readonly kind: 'entry'; readonly entry: CorrelationEntry }
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'found';
      readonly run: number;
      readonly findings: readonly Finding[];
      /** Of plug-ins that gave no keys. */
      readonly problems?: readonly Reason[];
    }
  | { readonly kind: 'failed'; readonly run: number; readonly problem: string }
  | { readonly kind: 'recovered' };

/** Alerts that may wait for what belongs to them; beyond that they are only counted. */
export const MOST_ALERTS = 20_000;
const NOTHING: CorrelatorDecision = { events: [], effects: [], task: null };

export function decideCorrelation(
  state: CorrelatorState | null,
  command: CorrelatorCommand,
  tenant: string,
  now: number,
  policy: Policy,
): CorrelatorDecision {
  switch (command.kind) {
    case 'entry':
      if (command.entry.taken === true) return takeOn(state, command.entry.fingerprint, tenant, now);
      return command.entry.alert === null
        ? leave(state, command.entry.fingerprint, tenant, now)
        : enter(state, command.entry.alert, command.entry.again === true, tenant, now, policy);
    case 'tick':
      return state === null ? NOTHING : tick(state, tenant, now, policy);
    case 'found':
      if (state?.running?.run !== command.run) return NOTHING;
      return conclude(state, command.findings, tenant, now, policy, command.problems);
    case 'failed':
      return state?.running?.run === command.run ? failRun(state, command.problem, tenant, now) : NOTHING;
    case 'recovered':
      return state?.running == null ? NOTHING : failRun(state, 'its worker is gone', tenant, now);
    default:
      return command satisfies never;
  }
}

function enter(
  state: CorrelatorState | null,
  alert: WindowAlert,
  again: boolean,
  tenant: string,
  now: number,
  policy: Policy,
): CorrelatorDecision {
  const met = policy.correlations(tenant).flatMap(({ rule }) => (alert.rules.includes(rule.name) ? [rule] : []));
  const known = state?.window.has(alert.fingerprint) === true;
  const asked = met.some(({ storm }) => storm === null);
  const room = known || (state?.window.size ?? 0) < MOST_ALERTS;
  const counting = again || known ? [] : met.flatMap((rule) => counted(rule, alert) ?? []);
  const storms = counting.map((one) => countStorm(state, one, alert, tenant, now, policy));
  const entered: CorrelationEvent = {
    type: 'correlation.entered',
    key: tenant,
    at: now,
    alert,
    kept: asked && room,
    counted: counting,
    storms: storms.flatMap(({ storm }) => storm ?? []),
    reasons: asked && !room ? [reason('correlation.window-full', `${MOST_ALERTS} alerts wait already`)] : [],
  };
  return {
    events: [entered, ...storms.flatMap(({ events }) => events)],
    effects: storms.flatMap(({ effects }) => effects),
    task: null,
  };
}

/** null: the rule counts no storms, or the alert lacks one of the labels to group by. */
function counted({ name, storm, groupBy, within }: CorrelationRule, alert: WindowAlert): Counted | null {
  if (storm === null) return null;
  const key: Record<string, string> = {};
  for (const label of groupBy) key[label] = keyValue(alert, label);
  return Object.values(key).includes('') ? null : { rule: name, key, within };
}

/** What people take on in an incident is where they see its cause. */
function takeOn(state: CorrelatorState | null, fingerprint: string, tenant: string, now: number): CorrelatorDecision {
  const alertname = state?.window.get(fingerprint)?.alert.labels.alertname ?? '';
  const within = [...(state?.incidents.values() ?? [])].filter(({ members }) => members.has(fingerprint));
  const events = within.map(({ id: incident, rule }): CorrelationEvent => {
    return { type: 'correlation.learnt', key: tenant, at: now, incident, rule, alertname };
  });
  return { events, effects: [], task: null };
}

function leave(state: CorrelatorState | null, fingerprint: string, tenant: string, now: number): CorrelatorDecision {
  if (state === null) return NOTHING;
  const within = [...state.incidents.values()].filter(({ members }) => members.has(fingerprint));
  const counts = [...state.storms.values()].some(({ members }) => members.has(fingerprint));
  if (!state.window.has(fingerprint) && within.length === 0 && !counts) return NOTHING;
  const events: CorrelationEvent[] = [{ type: 'correlation.left', key: tenant, at: now, fingerprint }];
  const effects: IncidentHoldEntry[] = [];
  for (const incident of within) {
    const code = whyOver(incident, fingerprint);
    if (code === null) continue;
    const closed = closeIncident(incident, code, tenant, now);
    events.push(...closed.events);
    effects.push(...closed.effects);
  }
  return { events, effects, task: null };
}

/** Of an incident that an alert leaves. Children are held only while the parent fires. */
function whyOver(
  { members, action, parent }: { members: ReadonlySet<string>; action: string; parent: string },
  leaving: string,
): ReasonCode | null {
  if (members.size <= 1) return 'incident.over';
  return action === 'suppressChildren' && parent === leaving ? 'incident.parent-ended' : null;
}

function tick(state: CorrelatorState, tenant: string, now: number, policy: Policy): CorrelatorDecision {
  const parts: Pick<CorrelatorDecision, 'events' | 'effects'>[] = [];
  for (const storm of state.storms.values()) {
    if (stormDueAt(storm) <= now) parts.push(tickStorm(state, storm, tenant, now, policy));
  }
  const run = dueRun(state) <= now ? nextRun(state, tenant, now, policy) : NOTHING;
  return {
    events: [...parts.flatMap(({ events }) => events), ...run.events],
    effects: [...parts.flatMap(({ effects }) => effects), ...run.effects],
    task: run.task,
  };
}

/** When time will next change something. Unix time in milliseconds; null: never. */
export function correlatorDueAt(state: CorrelatorState): number | null {
  let due = dueRun(state);
  for (const storm of state.storms.values()) due = Math.min(due, stormDueAt(storm));
  return Number.isFinite(due) ? due : null;
}
