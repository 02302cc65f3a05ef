/** Every format that a Source can declare. */

import { alertmanager } from './alertmanager.ts';
import { cloudevents } from './cloudevents.ts';
import type { Format } from './format.ts';
import { grafana } from './grafana.ts';
import { herald } from './herald.ts';
import { mapped } from './mapped.ts';
import { pagerduty } from './pagerduty.ts';
import { prometheus } from './prometheus.ts';

export const FORMATS: ReadonlyMap<string, Format> = new Map(
  [alertmanager, grafana, prometheus, herald, mapped, cloudevents, pagerduty].map((format) => [format.name, format]),
);
