/** Every format that a Source can declare. */

import { alertmanager } from './alertmanager.ts';
import type { Format } from './format.ts';
import { grafana } from './grafana.ts';
import { herald } from './herald.ts';
import { mapped } from './mapped.ts';
import { prometheus } from './prometheus.ts';

export const FORMATS: ReadonlyMap<string, Format> = new Map(
  [alertmanager, grafana, prometheus, herald, mapped].map((format) => [format.name, format]),
);
