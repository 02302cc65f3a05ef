/** What is told of a storm: an alert of its own in a group of its own, so that it is repeated, resolved and silenced as any other. */

import type { LabelSet } from './alert.ts';
import type { CorrelationRule } from './correlation.ts';
import type { OpenStorm } from './correlator-state.ts';
import type { GroupEntry, GroupRef } from './entry.ts';
import { fingerprint, hash16 } from './fingerprint.ts';
import { sortedNames } from './label-order.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { quote } from './quote.ts';
import { type Breakdown, printCounts, worstOf } from './storm-count.ts';

export type Storm = Pick<OpenStorm, 'id' | 'rule' | 'groupedBy' | 'openedAt' | 'breakdown'>;

const STORM_ALERTNAME = 'AlertStorm';
const SHOWN = 10;

export function printKey(groupedBy: LabelSet): string {
  return sortedNames(groupedBy)
    .map((name) => `${name}=${quote(groupedBy[name]!)}`)
    .join(', ');
}

export function summaryEntry(
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

/** Least time between two notifications of it. Milliseconds. */
const SOONEST = 1000;

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
      groupInterval: Math.max(SOONEST, rule?.storm?.groupWait ?? 0),
      repeatInterval: rule?.storm?.repeatInterval ?? SOONEST,
      channels,
    },
  };
}
