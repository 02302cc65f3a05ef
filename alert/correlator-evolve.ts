/** The state of a correlator as a fold over its events. Changes it in place. */

import type { CorrelationEvent } from './correlation-event.ts';
import { type CorrelatorState, isIdle, newCorrelator, stormKey } from './correlator-state.ts';
import { addAlert, copyOf, countIn, insideOf } from './storm-count.ts';

/** Counters that have stood still are dropped once in a while. Milliseconds. */
const SWEEP_EVERY = 60_000;

/** Changes `state` in place. null: nothing is left to remember. */
export function evolveCorrelator(before: CorrelatorState | null, event: CorrelationEvent): CorrelatorState | null {
  const state = before ?? newCorrelator();
  switch (event.type) {
    case 'correlation.entered':
      entered(state, event);
      break;
    case 'correlation.left':
      left(state, event.fingerprint, event.at);
      break;
    case 'correlation.learnt':
      takenOn(state, event.incident, event.alertname);
      break;
    case 'correlation.started':
      state.runs = event.run;
      state.running = { run: event.run, at: event.at };
      state.changedAt = null;
      break;
    case 'correlation.ended':
      state.running = null;
      state.endedAt = event.at;
      // What it should have looked at is still to be looked at.
      if (event.reasons[0]?.code === 'correlation.failed') state.changedAt ??= event.at;
      for (const fingerprint of event.passed) state.window.delete(fingerprint);
      sweep(state, event.at);
      break;
    case 'incident.opened': {
      const { incident: id, rule, action, groupedBy, parent, at: openedAt, hold } = event;
      const members = new Set(event.joined.map(({ fingerprint }) => fingerprint));
      state.incidents.set(id, { id, rule, action, groupedBy, parent, openedAt, members, hold, taken: [] });
      learn(state, rule, namesOf(state, members), 'incidents');
      break;
    }
    case 'incident.updated': {
      const known = state.incidents.get(event.incident);
      if (known === undefined) break;
      const members = new Set([...known.members, ...event.joined.map(({ fingerprint }) => fingerprint)]);
      state.incidents.set(event.incident, { ...known, parent: event.parent, hold: event.hold, members });
      break;
    }
    case 'incident.closed':
      state.incidents.delete(event.incident);
      break;
    case 'storm.opened':
    case 'storm.updated':
      told(state, event);
      break;
    case 'storm.closed':
      for (const [key, { id }] of state.storms) if (id === event.incident) state.storms.delete(key);
      break;
    default:
      return event satisfies never;
  }
  return isIdle(state) && state.learnt.size === 0 ? null : state;
}

type Entered = Extract<CorrelationEvent, { type: 'correlation.entered' }>;

function entered(state: CorrelatorState, { alert, kept, counted, at }: Entered): void {
  if (state.endedAt === 0) state.endedAt = at;
  if (kept) {
    state.window.set(alert.fingerprint, { alert, enteredAt: at });
    changed(state, at);
  }
  for (const one of counted) {
    const key = stormKey(one);
    const storm = state.storms.get(key);
    const rising = storm?.phase === 'rising';
    const frame = countIn(state.counters.get(key)?.frame ?? [], alert, one.within, at, !rising);
    state.counters.set(key, { within: one.within, frame });
    if (!rising) continue;
    addAlert(storm.breakdown, alert);
    if (storm.members.size < MOST_MEMBERS) storm.members.add(alert.fingerprint);
  }
}

/** The first change since the last run; by a clock that may have gone back since. */
function changed(state: CorrelatorState, at: number): void {
  state.changedAt = Math.min(state.changedAt ?? at, at);
}

/** What a storm knows by name; what comes beyond is counted, and told when the storm is calm. */
const MOST_MEMBERS = 20_000;

function left(state: CorrelatorState, fingerprint: string, at: number): void {
  if (state.window.delete(fingerprint)) changed(state, at);
  for (const storm of state.storms.values()) storm.members.delete(fingerprint);
  for (const incident of state.incidents.values()) {
    if (!incident.members.has(fingerprint)) continue;
    const members = new Set(incident.members);
    members.delete(fingerprint);
    state.incidents.set(incident.id, { ...incident, members });
  }
}

type Told = Extract<CorrelationEvent, { type: 'storm.opened' | 'storm.updated' }>;

function told(state: CorrelatorState, event: Told): void {
  const { incident: id, rule, groupedBy, phase, at } = event;
  const breakdown = copyOf(event.breakdown);
  const key = stormKey({ rule, key: groupedBy });
  const before = state.storms.get(key);
  const members = before?.members ?? new Set<string>();
  if (phase === 'rising' && before?.phase !== 'rising') {
    const spared = new Set(event.spared);
    // Those that made it a storm are part of it, except of a limit.
    for (const { fingerprints } of state.counters.get(key)?.frame ?? []) {
      for (const fingerprint of fingerprints) {
        if (members.size < MOST_MEMBERS && !spared.has(fingerprint)) members.add(fingerprint);
      }
    }
  }
  // Counted anew: what is part of it already does not make it rise again.
  if (phase === 'calm') state.counters.delete(key);
  const openedAt = before?.openedAt ?? at;
  state.storms.set(key, {
    id,
    rule,
    groupedBy,
    openedAt,
    phase,
    breakdown,
    members,
    toldAt: at,
    told: breakdown.alerts,
  });
}

/** Once per incident and name, however many of them people acknowledge. */
function takenOn(state: CorrelatorState, id: string, alertname: string): void {
  const incident = state.incidents.get(id);
  if (incident === undefined || incident.taken.includes(alertname)) return;
  state.incidents.set(id, { ...incident, taken: [...incident.taken, alertname] });
  learn(state, incident.rule, new Set([alertname]), 'taken');
}

const MOST_LEARNT = 500;

function namesOf({ window }: CorrelatorState, members: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(Array.from(members, (fingerprint) => window.get(fingerprint)?.alert.labels.alertname ?? ''));
}

function learn(
  { learnt }: CorrelatorState,
  rule: string,
  names: ReadonlySet<string>,
  what: 'incidents' | 'taken',
): void {
  for (const alertname of names) {
    const key = JSON.stringify([rule, alertname]);
    const before = learnt.get(key) ?? { rule, alertname, incidents: 0, taken: 0 };
    learnt.delete(key);
    learnt.set(key, { ...before, [what]: before[what] + 1 });
    const [oldest] = learnt.keys();
    if (learnt.size > MOST_LEARNT) learnt.delete(oldest!);
  }
}

function sweep(state: CorrelatorState, at: number): void {
  if (at - state.sweptAt < SWEEP_EVERY) return;
  state.sweptAt = at;
  for (const [key, { within, frame }] of state.counters) {
    if (insideOf(frame, within, at).length === 0) state.counters.delete(key);
  }
}
