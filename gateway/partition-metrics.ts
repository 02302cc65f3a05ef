/** What partitions count, on the registry. */

import type { PartitionMetrics } from '../actors/partition.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { CounterTally, HistogramTally } from '../telemetry/tally.ts';
import { alertMetrics } from './alert-metrics.ts';
import { deliveryMetrics } from './delivery-metrics.ts';

const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const RECOVERY_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

export function partitionMetrics({ registry }: Metrics): PartitionMetrics {
  const events = new CounterTally(registry, {
    name: 'herald_events_total',
    help: 'Decided and journaled, by the type of the event and its first reason.',
    labels: ['type', 'reason'],
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
  const ofAlert = alertMetrics(registry);
  const ofDelivery = deliveryMetrics(registry);
  return {
    committed(partition, journaled, milliseconds) {
      commits.observe(milliseconds / 1000, partition);
      for (const event of journaled) {
        events.add(1, event.type, 'reasons' in event ? (event.reasons[0]?.code ?? '') : '');
        ofAlert(event);
        ofDelivery(event);
      }
    },
    recovered: (partition, _replayed, milliseconds) => recoveries.observe(milliseconds / 1000, partition),
  };
}
