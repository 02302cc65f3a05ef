/**
 * PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/send-alert-event), for what can send nothing else. Its identity is the
 * dedup_key alone, since a resolving event has nothing else; labels and severity are those of the event that triggered it. The routing key
 * is a secret: intake.ts compares it where the Source declares it, here it is looked at for its presence, and it goes nowhere. One problem refuses the request.
 */

import type { Alert, LabelSet } from '../../alert/alert.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { Problems, typeName } from '../problem.ts';
import { alertOf, isObject, type RawObject, readTime } from './fields.ts';
import type { Decoded, Format, FormatContext } from './format.ts';
import { MASKED, maskedJson, maskedText } from './secret-fields.ts';

export const pagerduty: Format = { name: 'pagerduty', partial: false, decode };

/** Of an event of any kind. */
export function routingKeyIn(body: unknown): unknown {
  return isObject(body) ? body.routing_key : undefined;
}

const SEVERITIES = ['critical', 'error', 'warning', 'info'];
const LONGEST_SUMMARY = 1024;
const LONGEST_KEY = 255;
const OPTIONAL = ['component', 'group', 'class'] as const;

function decode(body: unknown, context: FormatContext): Decoded {
  const problems = new Problems();
  if (!isObject(body)) {
    problems.add('', body, `an event, not ${typeName(body)}`);
    return { alerts: [], problems };
  }
  const { routing_key: key, event_action: action } = body;
  if (typeof key !== 'string' || key === '') problems.add('/routing_key', MASKED, 'a text that is not empty');
  if (action === 'trigger') return triggered(body, context, problems);
  if (action === 'resolve') return resolved(body, context, problems);
  if (action === 'acknowledge') return acknowledged(body, context, problems);
  problems.add('/event_action', action, '"trigger", "acknowledge" or "resolve"');
  return { alerts: [], problems };
}

/** What its sender knows of who took it on stands nowhere in the event. */
function acknowledged(body: RawObject, context: FormatContext, problems: Problems): Decoded {
  const dedup = dedupKey(body, '', problems);
  if (problems.count > 0) return { alerts: [], problems };
  const acknowledges = fingerprintOf(dedup, context.source);
  return { alerts: [], problems, acknowledges, answer: answerOf(dedup) };
}

function triggered(body: RawObject, context: FormatContext, problems: Problems): Decoded {
  const payload = isObject(body.payload) ? body.payload : null;
  if (payload === null) {
    problems.add('/payload', body.payload, `an object, not ${typeName(body.payload)}`);
    return { alerts: [], problems };
  }
  const summary = textIn(payload, 'summary', LONGEST_SUMMARY, problems);
  const source = textIn(payload, 'source', LONGEST_SUMMARY, problems);
  const { severity } = payload;
  if (typeof severity !== 'string' || !SEVERITIES.includes(severity)) {
    problems.add('/payload/severity', severity, SEVERITIES.join(', '));
  }
  const at = readTime({ timestamp: withColon(payload.timestamp) }, 'timestamp', '/payload', problems);
  const dedup = dedupKey(body, `${source}/${summary}`, problems);
  if (problems.count > 0) return { alerts: [], problems };
  const labels: LabelSet = {
    alertname: summary.slice(0, 200).toWellFormed(),
    source,
    severity: severity as string,
    ...Object.fromEntries(OPTIONAL.flatMap((name) => (isText(payload[name]) ? [[name, payload[name]]] : []))),
    dedup_key: dedup,
  };
  const details = payload.custom_details;
  const annotations: LabelSet = {
    summary,
    ...(details !== undefined && details !== null && { details: detailsOf(details) }),
    ...(isText(body.client) && { client: body.client }),
  };
  const generatorURL = isText(body.client_url) ? body.client_url : '';
  const fields = { labels, annotations, startsAt: at ?? context.now, endsAt: null, generatorURL };
  const alert = identified(alertOf({ status: 'firing', ...fields }, context), dedup);
  return { alerts: [alert], problems, answer: answerOf(dedup) };
}

function resolved(body: RawObject, context: FormatContext, problems: Problems): Decoded {
  const dedup = dedupKey(body, '', problems);
  if (problems.count > 0) return { alerts: [], problems };
  const labels: LabelSet = { alertname: 'resolved', dedup_key: dedup };
  const fields = { labels, annotations: {}, startsAt: context.now, endsAt: context.now, generatorURL: '' };
  const alert = identified(alertOf({ status: 'resolved', ...fields }, context), dedup);
  return { alerts: [alert], problems, answer: answerOf(dedup) };
}

function answerOf(dedup: string) {
  return { status: 'success', message: 'Event processed', dedup_key: dedup };
}

/** What it is about is told by its key, whatever it says besides. */
function identified(alert: Alert, dedup: string): Alert {
  return { ...alert, fingerprint: fingerprintOf(dedup, alert.source) };
}

function fingerprintOf(dedup: string, source: string): string {
  return fingerprint({ dedup_key: dedup, pagerduty_source: source });
}

/** Left out of a trigger, it follows from what is said: the same again is the same alert. */
function dedupKey({ dedup_key: key }: RawObject, otherwise: string, problems: Problems): string {
  if (isText(key) && key.length <= LONGEST_KEY) return key;
  if ((key === undefined || key === null || key === '') && otherwise !== '') return fingerprint({ otherwise });
  problems.add('/dedup_key', key, `a text of 1 to ${LONGEST_KEY} characters`);
  return '';
}

function textIn(payload: RawObject, name: string, longest: number, problems: Problems): string {
  const value = payload[name];
  if (isText(value) && value.length <= longest) return value;
  problems.add(`/payload/${name}`, value, `a text of 1 to ${longest} characters`);
  return '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

const LONGEST_DETAILS = 16 * 1024;

function detailsOf(details: unknown): string {
  const text = typeof details === 'string' ? maskedText(details.slice(0, LONGEST_DETAILS)) : maskedJson(details);
  return text.slice(0, LONGEST_DETAILS).toWellFormed();
}

/** PagerDuty's own examples write +0000. */
function withColon(timestamp: unknown): unknown {
  return typeof timestamp === 'string' ? timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : timestamp;
}
