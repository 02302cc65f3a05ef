/** Every format that a Source can declare. */

import type { IngressSource } from '../authenticate.ts';
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

type FormatSource = Pick<IngressSource, 'name' | 'format' | 'mask'>;

/** The format of a source, whose alerts come as they may be stored. Throws for one that is not known. */
export function formatOf({ name, format: declared, mask }: FormatSource): Format {
  const format = FORMATS.get(declared);
  if (format === undefined) throw new Error(`source ${name} declares the format ${declared}: not known`);
  if (mask === undefined || mask === null) return format;
  return {
    ...format,
    decode(body, context) {
      const decoded = format.decode(body, context);
      return { ...decoded, alerts: decoded.alerts.map(mask) };
    },
  };
}
