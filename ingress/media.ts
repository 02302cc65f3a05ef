/** What a body is, by its Content-Type, and the value in it. JSON is read in content.ts: nearly every sender sends that. */

import { parseYaml } from '../resources/yaml-file.ts';
import { readXml } from './xml.ts';

export type Media = 'json' | 'yaml' | 'xml' | 'form';

const TYPES: readonly (readonly [Media, RegExp])[] = [
  ['json', /^application\/(?:[\w.!#$&^+-]+\+)?json$/],
  ['yaml', /^(?:application|text)\/(?:[\w.!#$&^+-]+\+|x-)?yaml$/],
  ['xml', /^(?:application|text)\/(?:[\w.!#$&^+-]+\+)?xml$/],
  ['form', /^application\/x-www-form-urlencoded$/],
];

/** `type`: lower case, without parameters. null: it is not read here. */
export function mediaOf(type: string): Media | null {
  return TYPES.find(([, pattern]) => pattern.test(type))?.[0] ?? null;
}

/** Reading these takes far longer than JSON does, of some shapes for minutes: media-reader.ts bounds the time. Bytes. */
export const MOST_BYTES = { yaml: 1024 * 1024, xml: 2 * 1024 * 1024, form: 1024 * 1024 } as const;

export type MediaReading = { readonly value: unknown } | { readonly problem: string };

/** `text`: the body, decoded. */
export function readMedia(media: Exclude<Media, 'json'>, text: string): MediaReading {
  switch (media) {
    case 'yaml':
      return readYaml(text);
    case 'xml':
      return readXml(text);
    case 'form':
      return readForm(text);
    default:
      return media satisfies never;
  }
}

/** One document. Aliases of aliases, duplicate keys and endless nesting are refused by the parser of the resources. */
function readYaml(text: string): MediaReading {
  const { documents, problems } = parseYaml('body', Buffer.from(text));
  const [problem] = problems;
  if (problem !== undefined) return { problem: `line ${problem.line}: ${problem.message}` };
  if (documents.length !== 1) return { problem: `${documents.length} documents; one is read` };
  return { value: documents[0]!.value };
}

const MOST_FIELDS = 10_000;

/** A field that comes several times is a list. A lone `payload` holds JSON, as senders of the kind of GitHub write it. */
function readForm(text: string): MediaReading {
  const fields = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > MOST_FIELDS) return { problem: `more than ${MOST_FIELDS} fields` };
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (typeof before === 'string') fields.set(name, [before, value]);
    else before.push(value);
  }
  const payload = fields.get('payload');
  if (fields.size === 1 && typeof payload === 'string' && payload.startsWith('{')) return readPayload(payload);
  fields.delete('__proto__');
  return { value: Object.fromEntries(fields) };
}

function readPayload(payload: string): MediaReading {
  try {
    return { value: JSON.parse(payload) as unknown };
  } catch (error) {
    return { problem: `the field payload is not JSON: ${error instanceof Error ? error.message : ''}` };
  }
}
