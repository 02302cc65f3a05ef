/** What ingress counts, as a port: telemetry/metrics.ts has the implementation. */

export interface HttpMetrics {
  /** `route` is the path pattern, never the path itself: the number of series must stay bounded. */
  request(route: string, status: number, seconds: number): void;
}

export interface AlertMetrics {
  accepted(source: string, format: string, alerts: number): void;
  /** `reason` is a stable code. */
  rejected(source: string, reason: string): void;
  published(outcome: 'stored' | 'ingest.full' | 'ingest.unavailable', seconds: number): void;
}

export const uncounted: HttpMetrics & AlertMetrics = {
  request() {},
  accepted() {},
  rejected() {},
  published() {},
};
