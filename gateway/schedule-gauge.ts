/** How long nobody is on call in the 30 days ahead, on the registry: to be alerted on before it comes to that. */

import type { ResourceSet } from '../resources/compile.ts';
import { GAP_HORIZON, gapsOf, roster } from '../rules/duty-roster.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { readGauges } from '../telemetry/tally.ts';

export function scheduleGauge(
  { registry }: Pick<Metrics, 'registry'>,
  resources: () => Pick<ResourceSet, 'schedules'>,
  clock: Pick<Clock, 'now'>,
): void {
  const name = 'herald_schedule_gap_seconds';
  const help = 'How long nobody is on call by the schedule in the next 30 days.';
  readGauges(registry, { name, help }, () =>
    resources().schedules.map(({ tenant, schedule }) => {
      const now = clock.now();
      const gaps = gapsOf(roster(schedule, now, now + GAP_HORIZON));
      const value = gaps.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;
      return { labels: { tenant, schedule: schedule.name }, value };
    }),
  );
}
