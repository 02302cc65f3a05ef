/**
 * CloudEvents 1.0 (https://github.com/cloudevents/spec): structured, as a batch, or binary with the attributes in headers. Data that is an
 * alert, or a list of them, in Herald's own format is read as that. Any other event is an alert by itself: `alertname` is its type,
 * with `source`, `subject` and `severity`; it has ended where its type says so (`.resolved`, `.cleared`, `.closed`, `.ended`, `.ok`). What else
 * it says, event-extensions.ts reads. One problem refuses the whole request.
 */

import type { Alert, LabelSet } from '../../alert/alert.ts';
import { Problems, pointer, typeName } from '../problem.ts';
import { readExtensions } from './event-extensions.ts';
import { UNDECODABLE } from './event-headers.ts';
import { alertOf, isObject, type RawObject, readTime } from './fields.ts';
import type { Decoded, EventTexts, Format, FormatContext } from './format.ts';
import { herald } from './herald.ts';
import { maskedJson, maskedText } from './secret-fields.ts';

export const cloudevents: Format = {
  name: 'cloudevents',
  partial: false,
  decode,
  // With attributes in headers, the body is the data of one event.
  listIn: (body, { attributes }) => (Array.isArray(body) && (attributes ?? null) === null ? body : null),
  withList: (_body, list) => list,
};

const REQUIRED = ['id', 'source', 'type'] as const;
const OVER = /\.(?:resolved|cleared|closed|ended|ok)$/;
const LONGEST_DATA = 16 * 1024;
/** Read in one go. */
const LONGEST_BASE64 = 4 * 1024 * 1024;

function decode(body: unknown, context: FormatContext): Decoded {
  const problems = new Problems();
  const { attributes, first = 0 } = context;
  if (attributes !== null && attributes !== undefined) {
    return { alerts: decodeEvent({ ...attributes, data: body }, '', context, problems), problems };
  }
  if (isObject(body)) return { alerts: decodeEvent(body, '', context, problems), problems };
  if (!Array.isArray(body)) {
    problems.add('', body, `an event or a batch of events, not ${typeName(body)}`);
    return { alerts: [], problems };
  }
  const alerts = body.flatMap((event: unknown, i) => {
    const path = `/${first + i}`;
    if (isObject(event)) return decodeEvent(event, path, context, problems);
    problems.add(path, event, `an event, not ${typeName(event)}`);
    return [];
  });
  return { alerts, problems };
}

function decodeEvent(event: RawObject, path: string, context: FormatContext, problems: Problems): readonly Alert[] {
  const before = problems.count;
  if (event.specversion !== '1.0') problems.add(`${path}/specversion`, event.specversion, '"1.0"');
  for (const name of REQUIRED) {
    const value = event[name];
    if (typeof value !== 'string' || value === '') problems.add(`${path}/${name}`, value, 'a text that is not empty');
  }
  for (const [name, value] of Object.entries(event)) {
    if (value === UNDECODABLE && name !== 'data')
      problems.add(path + pointer(name), value, 'one header, in percent-encoded UTF-8');
  }
  const time = readTime(event, 'time', path, problems);
  const data = dataOf(event, path, problems);
  const extensions = readExtensions(event, path, context, problems);
  if (problems.count > before) return [];
  if (isObject(data) && (data.labels !== undefined || Array.isArray(data.alerts))) {
    const { alerts, problems: found } = herald.decode(data, { ...context, first: 0, around: extensions });
    for (const { path: at, value, allowed } of found.list) problems.add(`${path}/data${at}`, value, allowed);
    return alerts;
  }
  return [eventAsAlert(event, extensions, data, time ?? context.now, context)];
}

function dataOf(event: RawObject, path: string, problems: Problems): unknown {
  const { data_base64: encoded } = event;
  if (encoded === undefined || encoded === null) return event.data;
  if (event.data !== undefined && event.data !== null)
    problems.add(`${path}/data_base64`, 'both', 'data or data_base64');
  if (typeof encoded === 'string' && encoded.length > LONGEST_BASE64) {
    problems.add(`${path}/data_base64`, encoded.length, `at most ${LONGEST_BASE64} characters`);
    return undefined;
  }
  if (typeof encoded !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
    problems.add(`${path}/data_base64`, encoded, 'base64');
    return undefined;
  }
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function eventAsAlert(
  event: RawObject,
  extensions: EventTexts,
  data: unknown,
  at: number,
  context: FormatContext,
): Alert {
  const { type, source, subject } = event as Readonly<Record<string, string>>;
  const { severity = '', ...rest } = extensions.annotations;
  const labels: LabelSet = {
    ...extensions.labels,
    alertname: type!,
    source: source!,
    ...(typeof subject === 'string' && subject !== '' && { subject }),
    ...(severity !== '' && { severity }),
  };
  const text = shownData(data);
  const annotations: LabelSet = text === '' ? rest : { ...rest, data: text };
  const isOver = OVER.test(type!);
  return alertOf(
    {
      status: isOver ? 'resolved' : 'firing',
      labels,
      annotations,
      startsAt: at,
      endsAt: isOver ? at : null,
      generatorURL: '',
    },
    context,
  );
}

function shownData(data: unknown): string {
  if (data === undefined || data === null) return '';
  const text = typeof data === 'string' ? maskedText(data.slice(0, LONGEST_DATA)) : maskedJson(data);
  return text.slice(0, LONGEST_DATA).toWellFormed();
}
