/** What is counted of deliveries, event by event, on the registry. */

import type { JournalEvent } from '../bus/journal.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { CounterTally, HistogramTally } from '../telemetry/tally.ts';

const NOTIFICATION_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];
const OUTCOMES: Readonly<Record<string, string>> = {
  'delivery.delivered': 'delivered',
  'delivery.dead': 'dead',
  'delivery.diverted': 'diverted',
  'delivery.bundled': 'bundled',
  'delivery.retry': 'retry',
  'delivery.uncertain': 'uncertain',
};

export function deliveryMetrics(registry: Metrics['registry']): (event: JournalEvent) => void {
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
  const failures = new CounterTally(registry, {
    name: 'herald_delivery_failures_total',
    help: 'Attempts that failed, by the type of the channel and what they met: dns, connect, tls, timeout, credentials, gone, rate-limited, rejected, server, unreadable, blocked or other.',
    labels: ['channel_type', 'failure'],
  });
  const receipts = new CounterTally(registry, {
    name: 'herald_receipts_total',
    help: 'What providers reported later of messages that they accepted, by channel.',
    labels: ['channel', 'step'],
  });
  return (event) => {
    if ('failure' in event && event.failure !== undefined)
      failures.add(1, event.failure.channelType, event.failure.type);
    if (event.type === 'delivery.delivered' && event.took !== undefined)
      notified.observe(Math.max(0, event.took) / 1000, event.key);
    if (event.type === 'delivery.receipt') receipts.add(1, event.key, event.step);
    const outcome = event.type === 'delivery.retry' && event.limited !== undefined ? 'limited' : OUTCOMES[event.type];
    if (outcome !== undefined) ended.add(event.type === 'delivery.bundled' ? event.of.length : 1, event.key, outcome);
  };
}
