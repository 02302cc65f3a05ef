/** What partitions count, on the registry. */

import type { PartitionMetrics } from '../actors/partition.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { CounterTally, HistogramTally } from '../telemetry/tally.ts';

const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** From half a minute to a day. */
const OPEN_SECONDS = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const NOTIFICATION_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];
const OUTCOMES: Readonly<Record<string, string>> = {
  'delivery.delivered': 'delivered',
  'delivery.dead': 'dead',
  'delivery.diverted': 'diverted',
  'delivery.bundled': 'bundled',
  'delivery.retry': 'retry',
  'delivery.uncertain': 'uncertain',
};
const RECOVERY_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** As resources/namespace-limit.ts names its rules: limit/NAME/PRIORITY. */
const OF_LIMITS = 'limit/';

export function partitionMetrics({ registry }: Metrics): PartitionMetrics {
  const events = new CounterTally(registry, {
    name: 'herald_events_total',
    help: 'Decided and journaled, by the type of the event and its first reason.',
    labels: ['type', 'reason'],
  });
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
  const open = new HistogramTally(registry, {
    name: 'herald_alert_open_seconds',
    help: 'From the opening of an alert to its being acknowledged, resolved, closed or aged, by its environment.',
    labels: ['until', 'environment'],
    buckets: OPEN_SECONDS,
  });
  const notified = new HistogramTally(registry, {
    name: 'herald_notification_seconds',
    help: 'From the making of a notification to its acceptance by the channel.',
    labels: ['channel'],
    buckets: NOTIFICATION_SECONDS,
  });
  const ended = new CounterTally(registry, {
    name: 'herald_deliveries_total',
    help: 'Ends of deliveries by channel: delivered, dead, diverted or bundled; attempts that failed and might pass; those for which the provider wanted fewer requests (limited); uncertain ones.',
    labels: ['channel', 'outcome'],
  });
  const receipts = new CounterTally(registry, {
    name: 'herald_receipts_total',
    help: 'What providers reported later of messages that they accepted, by channel.',
    labels: ['channel', 'step'],
  });
  const stayed = new HistogramTally(registry, {
    name: 'herald_alert_state_seconds',
    help: 'How long alerts stay firing, or acknowledged, until they go over into the next state.',
    labels: ['from', 'to'],
    buckets: OPEN_SECONDS,
  });
  const commits = new HistogramTally(registry, {
    name: 'herald_commit_seconds',
    help: 'From taking input to the acknowledged commit.',
    labels: ['partition'],
    buckets: COMMIT_SECONDS,
  });
  const recoveries = new HistogramTally(registry, {
    name: 'herald_recovery_seconds',
    help: 'From the fence to a rebuilt partition.',
    labels: ['partition'],
    buckets: RECOVERY_SECONDS,
  });
  return {
    committed(partition, journaled, milliseconds) {
      commits.observe(milliseconds / 1000, partition);
      for (const event of journaled) {
        events.add(1, event.type, 'reasons' in event ? (event.reasons[0]?.code ?? '') : '');
        if ('openFor' in event && event.openFor !== undefined) {
          const to = event.type.slice('alert.'.length);
          open.observe(event.openFor / 1000, to, event.environment);
          const from = event.takenFor === undefined ? 'firing' : 'acknowledged';
          stayed.observe((event.takenFor ?? event.openFor) / 1000, from, to);
        }
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
        if (event.type === 'delivery.delivered' && event.took !== undefined)
          notified.observe(Math.max(0, event.took) / 1000, event.key);
        if (event.type === 'delivery.receipt') receipts.add(1, event.key, event.step);
        const outcome =
          event.type === 'delivery.retry' && event.limited !== undefined ? 'limited' : OUTCOMES[event.type];
        if (outcome !== undefined)
          ended.add(event.type === 'delivery.bundled' ? event.of.length : 1, event.key, outcome);
        if (event.type !== 'alert.opened') continue;
        const broken = event.reasons.filter(({ code }) => code === 'namespace.naming-violation').length;
        if (broken > 0) misnamed.add(broken, event.alert.tenant);
      }
    },
    recovered: (partition, _replayed, milliseconds) => recoveries.observe(milliseconds / 1000, partition),
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
