/**
 * Storms: more alerts of a rule in its time frame than it allows. One group of its own tells of all of them, with how many
 * they are by namespace, alert name and severity, and again when it is over.
 */

import type { LabelSet } from './alert.ts';
import type { CorrelationRule, WindowAlert } from './correlation.ts';
import type { CorrelationEvent, Counted } from './correlation-event.ts';
import { type CorrelatorState, inFrame, type OpenStorm, stormKey } from './correlator-state.ts';
import type { GroupEntry, GroupRef, IncidentHoldEntry } from './entry.ts';
import { fingerprint, hash16 } from './fingerprint.ts';
import { sortedNames } from './label-order.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { quote } from './quote.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { addAlert, type Breakdown, printCounts, worstOf } from './storm-count.ts';

export interface StormChange {
  /** Id of the storm that the alert is part of; null: there is none. */
  readonly storm: string | null;
  readonly events: readonly CorrelationEvent[];
  readonly effects: readonly (GroupEntry | IncidentHoldEntry)[];
}

/** How soon the summary is brought up to date: after as long as the storm has lasted, within these. Milliseconds. */
const SOONEST = 1000;
const LATEST = 60_000;
const SHOWN = 10;

export const STORM_ALERTNAME = 'AlertStorm';

/** What follows from one more alert under the key. */
export function countStorm(
  state: CorrelatorState | null,
  counted: Counted,
  alert: WindowAlert,
  tenant: string,
  now: number,
  policy: Policy,
): StormChange {
  const known = state?.storms.get(stormKey(counted));
  if (known !== undefined) return { storm: known.id, events: [], effects: [] };
  const rule = ruleOf(tenant, counted.rule, policy);
  const before = state === null ? null : inFrame(state, counted, now);
  if (rule === null || before === null || before.alerts + 1 <= rule.threshold) {
    return { storm: null, events: [], effects: [] };
  }
  const breakdown = addAlert(before, alert);
  const incident = hash16(`${tenant}\nstorm\n${stormKey(counted)}\n${now}`);
  const storm = { id: incident, rule: rule.name, groupedBy: counted.key, openedAt: now, breakdown };
  const told = summaryEntry(storm, rule, tenant, 'firing', now, policy);
  const { hold } = rule.storm!;
  return {
    storm: incident,
    events: [stormEvent('storm.opened', storm, tenant, now, [reason('storm.opened', overLimit(storm, rule))])],
    effects: [
      told,
      {
        kind: 'incident-hold',
        tenant,
        incident,
        hold: {
          kind: 'storm',
          incident,
          rule: rule.name,
          groupedBy: counted.key,
          hold,
          summary: told.alert.fingerprint,
        },
      },
    ],
  };
}

export function stormDueAt({ openedAt, toldAt }: OpenStorm): number {
  return toldAt + Math.min(LATEST, Math.max(SOONEST, toldAt - openedAt));
}

/** Over when no more than half as many as allowed came in the last time frame, or its rule is gone. */
export function tickStorm(
  state: CorrelatorState,
  storm: OpenStorm,
  tenant: string,
  now: number,
  policy: Policy,
): Omit<StormChange, 'storm'> {
  const rule = ruleOf(tenant, storm.rule, policy);
  if (rule === null) return closeStorm(storm, null, 'incident.rule-gone', tenant, now, policy);
  const frame = inFrame(state, { rule: storm.rule, key: storm.groupedBy, within: rule.within }, now);
  if (frame.alerts <= rule.threshold / 2) return closeStorm(storm, rule, 'storm.over', tenant, now, policy);
  const changed = storm.breakdown.alerts !== storm.told;
  return {
    events: [stormEvent('storm.updated', storm, tenant, now, [reason('storm.updated', overLimit(storm, rule))])],
    effects: changed ? [summaryEntry(storm, rule, tenant, 'firing', now, policy)] : [],
  };
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
    events: [{ type: 'storm.closed', key: tenant, at: now, incident, breakdown, reasons: [reason(code)] }],
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

type Storm = Pick<OpenStorm, 'id' | 'rule' | 'groupedBy' | 'openedAt' | 'breakdown'>;

function stormEvent(
  type: 'storm.opened' | 'storm.updated',
  { id: incident, rule, groupedBy, breakdown }: Storm,
  tenant: string,
  now: number,
  reasons: readonly Reason[],
): CorrelationEvent {
  return { type, key: tenant, at: now, incident, rule, groupedBy, breakdown, reasons };
}

function overLimit({ breakdown, groupedBy }: Storm, { name, threshold, within }: CorrelationRule): string {
  const keys = printKey(groupedBy);
  const by = keys === '' ? '' : ` with ${keys}`;
  return `rule ${name}: more than ${threshold} alerts${by} within ${within / 1000} s; ${breakdown.alerts} so far`;
}

function printKey(groupedBy: LabelSet): string {
  return sortedNames(groupedBy)
    .map((name) => `${name}=${quote(groupedBy[name]!)}`)
    .join(', ');
}

/** The summary is an alert of its own in a group of its own: repeated, resolved, silenced and kept from doubling as any other. */
function summaryEntry(
  storm: Storm,
  rule: CorrelationRule | null,
  tenant: string,
  status: 'firing' | 'resolved',
  now: number,
  policy: Policy,
): GroupEntry {
  const alert = summaryAlert(storm, tenant, status, now);
  return { kind: 'group', group: groupOf(storm, rule, alert, policy), alert };
}

function summaryAlert(storm: Storm, tenant: string, status: 'firing' | 'resolved', now: number): GroupedAlert {
  const { breakdown, groupedBy, openedAt } = storm;
  const labels: LabelSet = { ...groupedBy, alertname: STORM_ALERTNAME, storm: storm.rule };
  return {
    tenant,
    fingerprint: fingerprint(labels),
    status,
    labels,
    annotations: annotationsOf(storm.rule, groupedBy, breakdown),
    startsAt: openedAt,
    endsAt: status === 'resolved' ? now : null,
    generatorURL: '',
    source: 'herald',
    ...worstOf(breakdown),
  };
}

function annotationsOf(rule: string, groupedBy: LabelSet, breakdown: Breakdown): LabelSet {
  const where = printKey(groupedBy);
  return {
    summary: `${breakdown.alerts} alerts in a storm${where === '' ? '' : ` with ${where}`} (rule ${rule})`,
    namespaces: printCounts(breakdown.namespaces, SHOWN),
    alertnames: printCounts(breakdown.alertnames, SHOWN),
    severities: printCounts(breakdown.severities, SHOWN),
    priorities: printCounts(breakdown.priorities, SHOWN),
  };
}

const GROUP_INTERVAL = 60_000;

/** The rule's channels, else those that the routes choose for an alert with the summary's labels. */
function groupOf(storm: Storm, rule: CorrelationRule | null, alert: GroupedAlert, policy: Policy): GroupRef {
  const { tenant, labels, environment, priority } = alert;
  const key = `storm/${storm.rule}:{${printKey(storm.groupedBy)}}`;
  const matches = () => policy.route(tenant, { ...labels, environment, priority, tenant });
  const channels = rule?.storm?.channels ?? [...new Set(matches().flatMap(({ timing }) => timing.channels))];
  return {
    id: hash16(`${tenant}\n${key}`),
    tenant,
    key,
    labels,
    timing: {
      groupWait: rule?.storm?.groupWait ?? 0,
      groupInterval: GROUP_INTERVAL,
      repeatInterval: rule?.storm?.repeatInterval ?? GROUP_INTERVAL,
      channels,
    },
  };
}
