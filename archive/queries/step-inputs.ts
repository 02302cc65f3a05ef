/** The steps of deciding in their order, and what each looked at, as far as the archive keeps it. Pure. */

import type { LabelSet } from '../../alert/alert.ts';
import { labelsSeen } from '../project/seen.ts';
import type { AlertRow } from '../schema.ts';
import type { LedgerRows } from './ledger-rows.ts';
import { time } from './query.ts';

export const STEPS = [
  'normalise',
  'classify',
  'filter',
  'priority',
  'lifecycle',
  'group',
  'holds',
  'route',
  'escalate',
  'deliver',
] as const;

export type StepName = (typeof STEPS)[number];

export function inputsOf(alert: AlertRow, { groups }: LedgerRows): Readonly<Record<StepName, LabelSet>> {
  const sent = JSON.parse(alert.labels) as LabelSet;
  const seen = labelsSeen(alert);
  const { environment, priority, tenant, businessUnit = '', owner = '', criticality = '', ...shown } = seen;
  const decided = { environment: environment!, businessUnit, owner, criticality };
  const severity = shown.severity ?? '';
  const dropped = alert.status === 'suppressed';
  const matched = dropped ? {} : filled({ ...shown, ...decided, priority: priority! });
  return {
    normalise: { source: alert.source, identity: alert.key, startsAt: time(alert.starts_at), ...prefixed(sent) },
    classify: { tenant: tenant!, namespace: alert.namespace },
    filter: changesOf(sent, shown),
    priority: filled({ severity, ...decided }),
    lifecycle: { status: alert.status, episode: `${alert.episode}`, occurrences: `${alert.occurrences}` },
    group: Object.fromEntries(groups.map(({ id, group_key }) => [`group ${id}`, group_key])),
    holds: matched,
    route: matched,
    escalate: {},
    deliver: Object.fromEntries(
      groups.map(({ id, channels }) => [`group ${id}`, (JSON.parse(channels) as string[]).join(', ')]),
    ),
  };
}

/** As they came in: told from what Herald adds. */
function prefixed(labels: LabelSet): LabelSet {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [`label ${name}`, value]));
}

/** `team`: `db becomes storage`. */
function changesOf(before: LabelSet, after: LabelSet): LabelSet {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => before[name] !== after[name]);
  return Object.fromEntries(
    changed.map((name) => [name, `${before[name] ?? '(none)'} becomes ${after[name] ?? '(none)'}`]),
  );
}

function filled(labels: LabelSet): LabelSet {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
