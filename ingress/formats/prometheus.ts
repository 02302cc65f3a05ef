/**
 * What Prometheus posts to Alertmanager's API v2: an array of alerts without a status.
 *
 * Alertmanager's behaviour is kept (api/v2/api.go, postAlertsHandler): the valid alerts are stored and the request is
 * answered 400 for the rest; this is the one format that is not all or nothing. A missing end means five minutes from now;
 * an end in the future is kept on the firing alert, and unless it is reported again it counts as resolved then.
 */

import type { Alert } from '../../alert/alert.ts';
import { Problems, typeName } from '../problem.ts';
import {
  alertOf,
  isObject,
  type RawObject,
  readAnnotations,
  readLabels,
  readList,
  readText,
  readTime,
} from './fields.ts';
import type { Decoded, Format, FormatContext } from './format.ts';

/** Alertmanager's resolve_timeout. */
const RESOLVE_TIMEOUT = 5 * 60_000;

export const prometheus: Format = {
  name: 'prometheus',
  partial: true,
  decode,
  listIn: (body) => (Array.isArray(body) ? body : null),
  withList: (_body, list) => list,
};

function decode(body: unknown, context: FormatContext): Decoded {
  const problems = new Problems();
  const alerts: Alert[] = [];
  const list = readList(body, '', problems) ?? [];
  const { first = 0 } = context;
  for (let i = 0; i < list.length; i++) {
    const path = `/${first + i}`;
    const raw = list[i];
    const before = problems.count;
    if (!isObject(raw)) {
      problems.add(path, raw, `an object, not ${typeName(raw)}`);
      continue;
    }
    const alert = decodeOne(raw, path, context, problems);
    if (alert !== null && problems.count === before) alerts.push(alert);
  }
  return { alerts, problems };
}

function decodeOne(raw: RawObject, path: string, context: FormatContext, problems: Problems): Alert | null {
  const { now } = context;
  const labels = readLabels(raw, path, problems);
  const annotations = readAnnotations(raw, path, problems);
  const start = readTime(raw, 'startsAt', path, problems);
  const end = readTime(raw, 'endsAt', path, problems);
  const generatorURL = readText(raw, 'generatorURL', path, problems);
  if (start !== null && end !== null && end < start) {
    problems.add(`${path}/endsAt`, raw.endsAt, 'a time that is not before startsAt');
  }
  if (labels === null) return null;
  const endsAt = end ?? now + RESOLVE_TIMEOUT;
  const startsAt = start ?? Math.min(end ?? now, now);
  const status = endsAt > now ? 'firing' : 'resolved';
  return alertOf({ status, labels, annotations, startsAt, endsAt, generatorURL }, context);
}
