/** Herald's metrics in one registry. Only this file and tally.ts know prom-client. */

import { collectDefaultMetrics, Registry } from 'prom-client';
import { CounterTally, HistogramTally } from './tally.ts';

export interface Metrics {
  /** For the metrics of other parts. */
  readonly registry: Registry;
  /** The Prometheus text format. */
  text(): Promise<string>;
  /** The ports of ingress: see ingress/access-metrics.ts. */
  readonly http: { request(route: string, status: number, seconds: number): void };
  readonly alerts: {
    accepted(source: string, format: string, alerts: number): void;
    rejected(source: string, reason: string): void;
    published(outcome: string, seconds: number): void;
  };
}

const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PUBLISH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface MetricsOptions {
  /** Process metrics (memory, CPU, event-loop lag) cost a timer: left out in tests. */
  readonly process?: boolean;
}

export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const requests = new CounterTally(registry, {
    name: 'herald_http_requests_total',
    help: 'HTTP requests by path pattern and status; 499: the client went away first.',
    labels: ['route', 'status'],
  });
  const seconds = new HistogramTally(registry, {
    name: 'herald_http_request_seconds',
    help: 'From the head of a request to its answer.',
    labels: ['route'],
    buckets: HTTP_SECONDS,
  });
  const accepted = new CounterTally(registry, {
    name: 'herald_alerts_accepted_total',
    help: 'Alerts that were stored and answered with 2xx.',
    labels: ['source', 'format'],
  });
  const rejected = new CounterTally(registry, {
    name: 'herald_alerts_rejected_total',
    help: 'Requests with alerts that were refused, by the reason.',
    labels: ['source', 'reason'],
  });
  const publish = new HistogramTally(registry, {
    name: 'herald_ingest_publish_seconds',
    help: 'From handing a frame to JetStream to its acknowledgement.',
    labels: ['outcome'],
    buckets: PUBLISH_SECONDS,
  });
  return {
    registry,
    text: () => registry.metrics(),
    http: {
      request(route, status, elapsed) {
        requests.add(1, route, String(status));
        seconds.observe(elapsed, route);
      },
    },
    alerts: {
      accepted: (source, format, alerts) => accepted.add(alerts, source, format),
      rejected: (source, reason) => rejected.add(1, source, reason),
      published: (outcome, elapsed) => publish.observe(elapsed, outcome),
    },
  };
}
