/**
 * Alertmanager's webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). One problem
 * refuses the whole request: Alertmanager does not try again after a 4xx, and a person has to see what is wrong.
 */

import type { Alert } from '../../alert/alert.ts';
import { Problems, typeName } from '../problem.ts';
import {
  alertOf,
  endOf,
  isObject,
  type RawObject,
  readAnnotations,
  readLabels,
  readList,
  readStatus,
  readText,
  readTime,
} from './fields.ts';
import type { Decoded, Format, FormatContext } from './format.ts';

export const alertmanager: Format = {
  name: 'alertmanager',
  partial: false,
  decode: (body, context) => decodeGroup(body, context, decodeAlert),
  listIn: alertsIn,
  withList: withAlerts,
};

export function alertsIn(body: unknown): readonly unknown[] | null {
  return isObject(body) && Array.isArray(body.alerts) ? body.alerts : null;
}

/** What else is looked at stays. */
export function withAlerts(body: unknown, alerts: readonly unknown[]): unknown {
  return isObject(body) && body.version !== undefined ? { version: body.version, alerts } : { alerts };
}

type DecodeAlert = (raw: RawObject, path: string, context: FormatContext, problems: Problems) => Alert | null;

/** A body with its alerts in `alerts`; what else it says of the group is Alertmanager's view, and Herald takes its own. */
export function decodeGroup(body: unknown, context: FormatContext, decodeOne: DecodeAlert): Decoded {
  const problems = new Problems();
  const alerts: Alert[] = [];
  if (!isObject(body)) {
    problems.add('', body, `an object with the alerts in "alerts", not ${typeName(body)}`);
    return { alerts, problems };
  }
  const list = readList(body.alerts, '/alerts', problems) ?? [];
  const { first = 0 } = context;
  for (let i = 0; i < list.length; i++) {
    const path = `/alerts/${first + i}`;
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

export function decodeAlert(raw: RawObject, path: string, context: FormatContext, problems: Problems): Alert | null {
  const status = readStatus(raw, path, problems, true);
  const labels = readLabels(raw, path, problems);
  const annotations = readAnnotations(raw, path, problems);
  const startsAt = readTime(raw, 'startsAt', path, problems) ?? context.now;
  const endsAt = readTime(raw, 'endsAt', path, problems);
  const generatorURL = readText(raw, 'generatorURL', path, problems);
  if (status === null || labels === null) return null;
  const end = endOf(status, endsAt, context.now);
  return alertOf({ status, labels, annotations, startsAt, endsAt: end, generatorURL }, context);
}
