/**
 * Herald's own format, for scripts and applications: `{"alerts": [...]}`, an array, or one alert by itself. An alert has
 * labels; status, annotations, startsAt, endsAt and generatorURL may be left out. Without a status, an end that has passed
 * makes it resolved. One problem refuses the whole request.
 */

import type { Alert, AlertStatus } from '../../alert/alert.ts';
import { Problems, typeName } from '../problem.ts';
import { alertsIn, decodeGroup, withAlerts } from './alertmanager.ts';
import {
  alertOf,
  endOf,
  isObject,
  type RawObject,
  readAnnotations,
  readLabels,
  readStatus,
  readText,
  readTime,
} from './fields.ts';
import type { Decoded, Format, FormatContext } from './format.ts';

export const herald: Format = {
  name: 'herald',
  partial: false,
  decode,
  listIn: (body) => (Array.isArray(body) ? body : alertsIn(body)),
  withList: (body, list) => (Array.isArray(body) ? list : withAlerts(body, list)),
};

function decode(body: unknown, context: FormatContext): Decoded {
  if (Array.isArray(body)) return decodeList(body, context);
  if (isObject(body) && body.alerts === undefined && body.labels !== undefined) {
    const problems = new Problems();
    const alert = decodeOne(body, '', context, problems);
    return { alerts: alert === null ? [] : [alert], problems };
  }
  return decodeGroup(body, context, decodeOne);
}

function decodeList(list: readonly unknown[], context: FormatContext): Decoded {
  const problems = new Problems();
  const alerts: Alert[] = [];
  const { first = 0 } = context;
  for (let i = 0; i < list.length; i++) {
    const path = `/${first + i}`;
    const raw = list[i];
    if (!isObject(raw)) {
      problems.add(path, raw, `an object, not ${typeName(raw)}`);
      continue;
    }
    const alert = decodeOne(raw, path, context, problems);
    if (alert !== null) alerts.push(alert);
  }
  return { alerts, problems };
}

/** One alert. */
export function decodeOne(raw: RawObject, path: string, context: FormatContext, problems: Problems): Alert | null {
  const told = readStatus(raw, path, problems, false);
  const labels = readLabels(raw, path, problems);
  const annotations = readAnnotations(raw, path, problems);
  const startsAt = readTime(raw, 'startsAt', path, problems);
  const endsAt = readTime(raw, 'endsAt', path, problems);
  const generatorURL = readText(raw, 'generatorURL', path, problems);
  if (labels === null) return null;
  const status = told ?? statusBy(endsAt, context.now);
  const end = endOf(status, endsAt, context.now);
  return alertOf(
    { status, labels, annotations, startsAt: startsAt ?? context.now, endsAt: end, generatorURL },
    context,
  );
}

function statusBy(endsAt: number | null, now: number): AlertStatus {
  return endsAt !== null && endsAt <= now ? 'resolved' : 'firing';
}
