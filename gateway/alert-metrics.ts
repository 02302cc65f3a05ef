/** What is counted of alerts and of the groups that hold them back, event by event, on the registry. */

import type { JournalEvent } from '../bus/journal.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { CounterTally, HistogramTally } from '../telemetry/tally.ts';

/** From half a minute to a day. */
const OPEN_SECONDS = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/** As resources/namespace-limit.ts names its rules: limit/NAME/PRIORITY. */
const OF_LIMITS = 'limit/';

export function alertMetrics(registry: Metrics['registry']): (event: JournalEvent) => void {
  const stood = standingMetrics(registry);
  const judged = judgementMetrics(registry);
  return (event) => {
    stood(event);
    judged(event);
  };
}

/** How long they stay as they are. */
function standingMetrics(registry: Metrics['registry']): (event: JournalEvent) => void {
  const open = new HistogramTally(registry, {
    name: 'herald_alert_open_seconds',
    help: 'From the opening of an alert to its being acknowledged, resolved, closed or aged, by its environment.',
    labels: ['until', 'environment'],
    buckets: OPEN_SECONDS,
  });
  const stayed = new HistogramTally(registry, {
    name: 'herald_alert_state_seconds',
    help: 'How long alerts stay firing, or acknowledged, until they go over into the next state.',
    labels: ['from', 'to'],
    buckets: OPEN_SECONDS,
  });
  return (event) => {
    if (!('openFor' in event) || event.openFor === undefined) return;
    const to = event.type.slice('alert.'.length);
    open.observe(event.openFor / 1000, to, event.environment);
    const from = event.takenFor === undefined ? 'firing' : 'acknowledged';
    stayed.observe((event.takenFor ?? event.openFor) / 1000, from, to);
  };
}

/** What was wrong with them, what they counted against, and what kept them back. */
function judgementMetrics(registry: Metrics['registry']): (event: JournalEvent) => void {
  const misnamed = new CounterTally(registry, {
    name: 'herald_naming_violations_total',
    help: 'Rules of the NamingStandard that the namespaces of new alerts break, by tenant.',
    labels: ['tenant'],
  });
  const uncorrelated = new CounterTally(registry, {
    name: 'herald_correlation_condition_failures_total',
    help: 'Alerts that the condition of a CorrelationRule could not be evaluated for, and that the rule leaves alone, by tenant and rule.',
    labels: ['tenant', 'rule'],
  });
  const limited = new CounterTally(registry, {
    name: 'herald_namespace_limit_alerts_total',
    help: 'Alerts that were counted against a NamespaceLimit, by tenant and limit (NAME/PRIORITY); GET /v1/limits has each namespace.',
    labels: ['tenant', 'limit'],
  });
  const held = new CounterTally(registry, {
    name: 'herald_alerts_held_total',
    help: 'Alerts of groups whose hold began, by the reason that keeps them back.',
    labels: ['reason'],
  });
  return (event) => {
    if (event.type === 'group.flushed') {
      for (const { reason, fingerprints } of event.holds?.began ?? []) held.add(fingerprints.length, reason.code);
    }
    if (event.type === 'correlation.entered') {
      for (const { rule } of event.counted) {
        if (rule.startsWith(OF_LIMITS)) limited.add(1, event.key, rule.slice(OF_LIMITS.length));
      }
    }
    if ('routing' in event) {
      for (const { code, detail } of event.reasons) {
        if (code === 'correlation.condition-failed') uncorrelated.add(1, tenantOf(event.key), ruleIn(detail));
      }
    }
    if (event.type !== 'alert.opened') return;
    const broken = event.reasons.filter(({ code }) => code === 'namespace.naming-violation').length;
    if (broken > 0) misnamed.add(broken, event.alert.tenant);
  };
}

/** A key is tenant/fingerprint, and no tenant holds a slash. */
function tenantOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

/** The detail begins with the rule (alert/routing.ts), whose name holds no colon. */
function ruleIn(detail: string): string {
  return detail.slice(0, detail.indexOf(':'));
}
