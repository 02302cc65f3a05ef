/**
 * From findings to incidents that last: a finding that shares an alert with an open incident of its rule lets that one grow,
 * one that shares with none opens one, and open ones that it connects become one. What joined stays until it ends, also where
 * a later look no longer links it: nobody is helped by incidents that fall apart and come back.
 */

import type { CorrelationRule, Finding, Member } from './correlation.ts';
import type { CorrelationEvent } from './correlation-event.ts';
import type { CorrelatorState, OpenIncident } from './correlator-state.ts';
import type { IncidentHoldEntry } from './entry.ts';
import { hash16 } from './fingerprint.ts';
import type { IncidentHold } from './incident-hold.ts';
import type { Policy } from './policy.ts';
import { type ReasonCode, reason } from './reason.ts';

export interface IncidentChange {
  readonly events: readonly CorrelationEvent[];
  readonly effects: readonly IncidentHoldEntry[];
}

export function closeIncident(
  { id, hold }: OpenIncident,
  code: ReasonCode,
  tenant: string,
  now: number,
  detail?: string,
): IncidentChange {
  return {
    events: [{ type: 'incident.closed', key: tenant, at: now, incident: id, reasons: [reason(code, detail)] }],
    effects: hold === null ? [] : [holdEntry(tenant, id, null)],
  };
}

/** Incidents whose rule is not declared any more, or does something else now. */
export function closeOrphans(
  { incidents }: CorrelatorState,
  tenant: string,
  now: number,
  policy: Policy,
): IncidentChange {
  const rules = rulesOf(tenant, policy);
  const orphans = [...incidents.values()].filter((one) => rules.get(one.rule)?.action !== one.action);
  return joined(orphans.map((one) => closeIncident(one, 'incident.rule-gone', tenant, now)));
}

function rulesOf(tenant: string, policy: Policy): ReadonlyMap<string, CorrelationRule> {
  return new Map(policy.correlations(tenant).map(({ rule }) => [rule.name, rule]));
}

function joined(changes: readonly IncidentChange[]): IncidentChange {
  return {
    events: changes.flatMap(({ events }) => events),
    effects: changes.flatMap(({ effects }) => effects),
  };
}

/** An incident as it stands while findings are applied one after the other. */
type Open = Pick<OpenIncident, 'id' | 'parent' | 'openedAt' | 'hold'> & { readonly members: ReadonlySet<string> };

export function applyFindings(
  state: CorrelatorState,
  findings: readonly Finding[],
  tenant: string,
  now: number,
  policy: Policy,
): IncidentChange {
  const rules = rulesOf(tenant, policy);
  const open = new Map<string, Map<string, Open>>();
  for (const incident of state.incidents.values()) {
    const rule = rules.get(incident.rule);
    if (rule === undefined || rule.action !== incident.action) continue;
    const ofRule = open.get(rule.name) ?? new Map<string, Open>();
    open.set(rule.name, ofRule.set(incident.id, incident));
  }
  return joined(
    findings.flatMap((finding) => {
      const rule = rules.get(finding.rule);
      if (rule === undefined || rule.action === 'storm') return [];
      const ofRule = open.get(rule.name) ?? new Map<string, Open>();
      open.set(rule.name, ofRule);
      return [applyFinding(state, ofRule, finding, rule, tenant, now)];
    }),
  );
}

function applyFinding(
  state: CorrelatorState,
  open: Map<string, Open>,
  finding: Finding,
  rule: CorrelationRule,
  tenant: string,
  now: number,
): IncidentChange {
  // What ended while it was looked for is in no incident.
  const members = finding.members.filter(({ fingerprint }) => state.window.has(fingerprint));
  const touched = [...open.values()].filter((one) => members.some(({ fingerprint }) => one.members.has(fingerprint)));
  touched.sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  const [target, ...others] = touched;
  if (target === undefined) return openIncident(state, open, { ...finding, members }, rule, tenant, now);
  const merged = others.map((one) => {
    open.delete(one.id);
    return closeIncident(one as OpenIncident, 'incident.merged', tenant, now, `part of incident ${target.id} now`);
  });
  const found = new Map(members.map((member) => [member.fingerprint, member]));
  const moved = others
    .flatMap((one) => [...one.members])
    .map((fingerprint) => found.get(fingerprint) ?? { fingerprint, by: [] });
  const joining = new Map([...members, ...moved].map((member) => [member.fingerprint, member]));
  for (const known of target.members) joining.delete(known);
  const parent = nextParent(state, target.parent, finding.parent, rule);
  if (joining.size === 0 && parent === target.parent) return joined(merged);
  const after = { ...target, parent, members: new Set([...target.members, ...joining.keys()]) };
  const hold = holdOf(state, after, rule);
  open.set(target.id, { ...after, hold });
  const event: CorrelationEvent = {
    type: 'incident.updated',
    key: tenant,
    at: now,
    incident: target.id,
    parent,
    joined: [...joining.values()],
    evidence: finding.evidence,
    hold,
    reasons: [reason('incident.updated', `${joining.size} alerts joined, ${after.members.size} fire`)],
  };
  const change = { events: [event], effects: hold === null ? [] : [holdEntry(tenant, target.id, hold)] };
  return joined([...merged, change]);
}

function openIncident(
  state: CorrelatorState,
  open: Map<string, Open>,
  finding: Finding,
  rule: CorrelationRule,
  tenant: string,
  now: number,
): IncidentChange {
  const { members, parent, evidence, key: groupedBy } = finding;
  if (members.length < 2 || !members.some(({ fingerprint }) => fingerprint === parent)) return joined([]);
  const id = hash16(`${tenant}\n${rule.name}\n${parent}\n${now}`);
  const incident = { id, parent, openedAt: now, members: new Set(members.map(fingerprintOf)) };
  const hold = holdOf(state, incident, rule);
  open.set(id, { ...incident, hold });
  const event: CorrelationEvent = {
    type: 'incident.opened',
    key: tenant,
    at: now,
    incident: id,
    rule: rule.name,
    action: rule.action === 'suppressChildren' ? 'suppressChildren' : 'annotate',
    groupedBy,
    parent,
    joined: members,
    evidence,
    hold,
    reasons: [reason('incident.opened', evidence[0]?.text)],
  };
  return { events: [event], effects: hold === null ? [] : [holdEntry(tenant, id, hold)] };
}

function fingerprintOf({ fingerprint }: Member): string {
  return fingerprint;
}

/** It stays what it was, unless it has ended or the rule names a better one. */
function nextParent({ window }: CorrelatorState, before: string, found: string, { name }: CorrelationRule): string {
  const known = window.get(before)?.alert;
  const named = window.get(found)?.alert;
  if (named === undefined) return before;
  if (known === undefined) return found;
  return named.parentOf.includes(name) && !known.parentOf.includes(name) ? found : before;
}

function holdOf(
  { window }: CorrelatorState,
  { id, parent, members }: Pick<Open, 'id' | 'parent' | 'members'>,
  { name, action }: CorrelationRule,
): IncidentHold | null {
  if (action !== 'suppressChildren') return null;
  const parentName = window.get(parent)?.alert.labels.alertname ?? '';
  const children = [...members].filter((fingerprint) => fingerprint !== parent);
  return { kind: 'children', incident: id, rule: name, parent, parentName, children };
}

function holdEntry(tenant: string, incident: string, hold: IncidentHold | null): IncidentHoldEntry {
  return { kind: 'incident-hold', tenant, incident, hold };
}
