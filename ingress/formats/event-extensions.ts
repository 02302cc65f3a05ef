/**
 * What a CloudEvent says besides its core attributes: its extensions, and `dataschema`. They become annotations, but for those that its
 * source declares as labels (`eventLabels`): many differ with every event (`traceparent`), and as labels would make each one another alert.
 */

import type { Problems } from '../problem.ts';
import { type RawObject, readTexts } from './fields.ts';
import type { EventTexts, FormatContext } from './format.ts';
import { maskedJson } from './secret-fields.ts';

/** What the alert is made of, and what says nothing of it. */
const CORE: ReadonlySet<string> = new Set(
  ['specversion', 'id', 'source', 'type', 'subject', 'time'].concat(['datacontenttype', 'data', 'data_base64']),
);
const LONGEST = 8192;

export function readExtensions(event: RawObject, path: string, context: FormatContext, problems: Problems): EventTexts {
  const texts: Record<string, string> = {};
  for (const name of Object.keys(event)) {
    if (!CORE.has(name)) texts[name] = textOf(event[name]);
  }
  const { eventLabels = [] } = context;
  const labels: Record<string, string> = {};
  const annotations = { ...readTexts(texts, path, problems, LONGEST) };
  for (const name of eventLabels) {
    if (!Object.hasOwn(annotations, name)) continue;
    labels[name] = annotations[name]!;
    delete annotations[name];
  }
  return { labels, annotations };
}

/** Empty: there is none. The types of CloudEvents are all written as text; an object is none of them, and kept as JSON. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? maskedJson(value) : String(value);
}
