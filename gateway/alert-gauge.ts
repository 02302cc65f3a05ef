/** How many alerts there are now, on the registry: by where they stand in their life, environment and priority. */

import type { Worker } from '../actors/worker.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { readGauges } from '../telemetry/tally.ts';

/** Of the partitions that this process holds; the sum over all processes is the cluster's. */
export function alertGauge({ registry }: Pick<Metrics, 'registry'>, worker: Pick<Worker, 'counts'>): void {
  const name = 'herald_alerts';
  const help =
    'Alerts that are known now: firing, acknowledged, or ended (resolved, closed, aged) and not forgotten yet.';
  readGauges(registry, { name, help }, () =>
    Array.from(worker.counts(), ([counted, value]) => {
      const [status = '', environment = '', priority = ''] = counted.split(' ');
      return { labels: { status, environment, priority }, value };
    }),
  );
}
