/** What an alert actor tells its tenant's correlator, where the tenant has a CorrelationRule that the alert meets. */

import type { LabelSet } from './alert.ts';
import { evolveAlert } from './alert-evolve.ts';
import { type AlertState, alertOf, isActive } from './alert-state.ts';
import type { WindowAlert } from './correlation.ts';
import type { CorrelationEntry } from './entry.ts';
import type { AlertEvent } from './event.ts';
import { seenLabels } from './hold.ts';
import { namespaceOf } from './namespace.ts';
import type { Policy } from './policy.ts';

/** UTF-16 units. Templates are made of the first words. */
const LONGEST_MESSAGE = 500;

/** Labels that name what owns a pod or a process, as exporters write them; the first that is there. */
const OWNERS = [
  'deployment',
  'statefulset',
  'daemonset',
  'cronjob',
  'job_name',
  'replicaset',
  'workload',
  'owner_name',
];
const NODES = ['node', 'nodename', 'kubernetes_node', 'exported_node'];
const MESSAGES = ['summary', 'message', 'description'];

/** null: no rule of the tenant asks for it any more. */
function windowAlertOf(state: AlertState, policy: Policy): WindowAlert | null {
  const shown = alertOf(state, 'firing', null);
  const labels = seenLabels(shown);
  const met = policy.correlations(state.tenant).filter((condition) => condition.judge(labels).met);
  if (met.length === 0) return null;
  const [ownerKind, owner] = firstOf(shown.labels, OWNERS);
  return {
    fingerprint: state.fingerprint,
    labels,
    message: firstOf(shown.annotations, MESSAGES)[1].slice(0, LONGEST_MESSAGE),
    namespace: namespaceOf(labels),
    owner: owner === '' ? '' : `${ownerKind}/${owner}`,
    node: firstOf(shown.labels, NODES)[1],
    startsAt: state.startsAt,
    environment: state.environment,
    priority: state.priority,
    rules: met.map(({ rule }) => rule.name),
    parentOf: met.filter((condition) => condition.mayBeParent(labels)).map(({ rule }) => rule.name),
  };
}

/** What the correlator has to hear of what was decided about an alert that was `before`; null: nothing. */
export function correlationOf(
  before: AlertState | null,
  events: readonly AlertEvent[],
  policy: Policy,
): CorrelationEntry | null {
  const known = before !== null && before.correlated === true && isActive(before);
  if (!known && !events.some((event) => 'routing' in event && event.routing?.correlated === true)) return null;
  if (known && events.some(({ type }) => type === 'alert.acknowledged')) {
    return { kind: 'correlation', tenant: before.tenant, fingerprint: before.fingerprint, alert: null, taken: true };
  }
  const after = events.reduce(evolveAlert, before);
  if (after === null || !isActive(after)) {
    if (!known) return null;
    return { kind: 'correlation', tenant: before.tenant, fingerprint: before.fingerprint, alert: null };
  }
  const opened = events.some(({ type }) => type === 'alert.opened');
  if (!opened && !events.some((event) => 'routing' in event && event.routing !== null)) return null;
  const { tenant, fingerprint } = after;
  const alert = after.correlated === true ? windowAlertOf(after, policy) : null;
  return { kind: 'correlation', tenant, fingerprint, alert, ...(known && alert !== null ? { again: true } : {}) };
}

function firstOf(labels: LabelSet, names: readonly string[]): [name: string, value: string] {
  for (const name of names) {
    const value: unknown = labels[name];
    if (typeof value === 'string' && value !== '') return [name, value];
  }
  return ['', ''];
}
