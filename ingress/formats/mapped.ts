/**
 * Any JSON, by the field mapping of its source. What the mapping gives is then read like Herald's own format. A problem's path is
 * the place in what the mapping gives, `/alerts/3/labels/team`, and it names the expression. One problem refuses the whole
 * request.
 */

import type { Alert } from '../../alert/alert.ts';
import { asText, BODY_STEPS, countFor, type ItemFacts, type Mapping, mapTexts, unixTime } from '../../rules/mapping.ts';
import { Problems, pointer } from '../problem.ts';
import { isObject, type RawObject } from './fields.ts';
import type { Decoded, Format, FormatContext } from './format.ts';
import { decodeOne } from './herald.ts';

/** Each one takes a dozen expressions: more would hold up everybody else. */
const MOST_ALERTS = 10_000;

export const mapped: Format = { name: 'mapped', partial: false, decode, inSteps };

function decode(body: unknown, context: FormatContext): Decoded {
  const steps = inSteps(body, context);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** An alert a step. */
function* inSteps(body: unknown, context: FormatContext): Generator<void, Decoded, void> {
  const { mapping } = context;
  if (mapping === undefined) throw new TypeError(`source ${context.source} of the format mapped has no mapping`);
  const problems = new Problems();
  const alerts: Alert[] = [];
  const now = new Date(context.now);
  // By NATS, or from a file, none come.
  const headers = context.headers ?? Object.fromEntries(mapping.headers.map((name) => [name, '']));
  const items = itemsOf({ body, headers, now }, mapping, problems);
  const steps = { left: BODY_STEPS };
  for (let i = 0; i < items.length; i++) {
    countFor(steps);
    if (steps.left <= 0) {
      problems.add(
        `/alerts/${i}`,
        items.length,
        `alerts whose expressions go through at most ${BODY_STEPS} items together`,
      );
      break;
    }
    const alert = decodeItem({ body, item: items[i], index: BigInt(i), headers, now }, mapping, context, problems);
    if (alert !== null) alerts.push(alert);
    yield;
  }
  return { alerts, problems };
}

type BodyFacts = Pick<ItemFacts, 'body' | 'headers' | 'now'>;

function itemsOf(facts: BodyFacts, { alerts }: Mapping, problems: Problems): readonly unknown[] {
  const { body } = facts;
  if (alerts === null) return bounded(Array.isArray(body) ? body : [body], problems);
  const evaluated = alerts.evaluate(facts);
  const found = evaluated.ok ? evaluated.value : null;
  if (Array.isArray(found)) return bounded(found, problems);
  // XML and forms do not tell a list of one from one.
  if (isObject(found)) return [found];
  problems.add('/alerts', evaluated.ok ? found : evaluated.message, `a list, or one object, from ${alerts.text}`);
  return [];
}

function bounded(items: readonly unknown[], problems: Problems): readonly unknown[] {
  if (items.length <= MOST_ALERTS) return items;
  problems.add('/alerts', items.length, `at most ${MOST_ALERTS} alerts in one body`);
  return [];
}

function decodeItem(facts: ItemFacts, mapping: Mapping, context: FormatContext, problems: Problems): Alert | null {
  const path = `/alerts/${facts.index}`;
  const before = problems.count;
  const raw: Record<string, unknown> = {
    labels: textsAt('labels', mapping, facts, path, problems),
    annotations: textsAt('annotations', mapping, facts, path, problems),
  };
  for (const [field, expression] of mapping.fields) {
    const evaluated = expression.evaluate(facts);
    const time = field.endsWith('sAt') && evaluated.ok ? unixTime(evaluated.value) : null;
    const text = time === null ? asText(evaluated) : { value: time };
    if ('message' in text) problems.add(`${path}/${field}`, text.message, `text from ${expression.text}`);
    else if (text.value !== '') raw[field] = text.value;
  }
  // Reading on would say again what was just said.
  const alert = problems.count === before ? decodeOne(raw, path, context, problems) : null;
  return problems.count === before ? alert : null;
}

function textsAt(
  field: 'labels' | 'annotations',
  mapping: Mapping,
  facts: ItemFacts,
  path: string,
  problems: Problems,
): RawObject {
  const texts = mapping[field];
  const entries = mapTexts(texts, facts, (name, message) => {
    const { text } = 'text' in texts ? texts : texts.get(name)!;
    const at = name === '' ? `${path}/${field}` : `${path}/${field}${pointer(name)}`;
    problems.add(at, message, `${name === '' ? 'a map' : 'text'} from ${text}`);
  });
  return Object.fromEntries(entries);
}
