/** Every format that a Source can declare. */

import { Problems } from '../problem.ts';
import type { IngressSource } from '../source.ts';
import { alertmanager } from './alertmanager.ts';
import { cloudevents } from './cloudevents.ts';
import { isObject } from './fields.ts';
import type { Decoded, Format, FormatContext } from './format.ts';
import { grafana } from './grafana.ts';
import { herald } from './herald.ts';
import { mapped } from './mapped.ts';
import { pagerduty } from './pagerduty.ts';
import { prometheus } from './prometheus.ts';

export const FORMATS: ReadonlyMap<string, Format> = new Map(
  [alertmanager, grafana, prometheus, herald, mapped, cloudevents, pagerduty].map((format) => [format.name, format]),
);

type FormatSource = Pick<IngressSource, 'name' | 'format' | 'version' | 'mask'>;

/** The format of a source, whose alerts come as they may be stored. Throws for one that is not known. */
export function formatOf({ name, format: declared, version, mask = null }: FormatSource): Format {
  const format = FORMATS.get(declared);
  if (format === undefined) throw new Error(`source ${name} declares the format ${declared}: not known`);
  if (version === undefined && mask === null) return format;
  return {
    ...format,
    decode(body, context) {
      const told = version === undefined ? null : otherVersion(declared, version, body, context);
      if (told !== null) return told;
      const decoded = format.decode(body, context);
      return mask === null ? decoded : { ...decoded, alerts: decoded.alerts.map(mask) };
    },
    ...(format.inSteps !== undefined && mask !== null ? { inSteps: masking(format.inSteps, mask) } : {}),
  };
}

function masking(inSteps: NonNullable<Format['inSteps']>, mask: NonNullable<FormatSource['mask']>) {
  return function* (...given: Parameters<typeof inSteps>) {
    const decoded = yield* inSteps(...given);
    const alerts = [];
    for (const alert of decoded.alerts) {
      alerts.push(mask(alert));
      yield;
    }
    return { ...decoded, alerts };
  };
}

/** Those whose bodies say their version, as `"version": "4"`. CloudEvents say theirs in each event, and are asked for it there. */
const SAYING: ReadonlySet<string> = new Set(['alertmanager', 'grafana']);

/** null: it is the one. Of a body that is read in parts, the first says so. */
function otherVersion(format: string, version: string, body: unknown, { first = 0 }: FormatContext): Decoded | null {
  if (!SAYING.has(format) || !isObject(body) || first > 0) return null;
  const expected = version.slice(1);
  if (body.version === expected) return null;
  const problems = new Problems();
  problems.add('/version', body.version, `${JSON.stringify(expected)}, to which this source is pinned`);
  return { alerts: [], problems };
}
