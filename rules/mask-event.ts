/** What must not leave is masked in the data of a public event: its alert's labels and annotations, its group's key, and every other text. */

import type { LabelSet } from '../alert/alert.ts';
import { quote, unquote } from '../alert/quote.ts';
import { linkOrNone, type MaskRule, MaskRules, type Words, walk } from './mask-rules.ts';

export type EventData = Readonly<Record<string, unknown>>;
export type MaskEventData = (data: EventData) => EventData;

/** Identities, times, enumerations and names that operators gave: what others join events by. */
const KEPT = new Set([
  'tenant',
  'fingerprint',
  'fingerprints',
  'groupId',
  'notificationId',
  'deadLetterId',
  'environment',
  'priority',
  'status',
  'code',
  'source',
  'policy',
  'channel',
  'channels',
  'unanswered',
  'startsAt',
  'endsAt',
  'notBefore',
  'until',
  'since',
  'heldUntil',
  'at',
]);

/** Throws for a pattern that RE2 refuses: the schema has checked it. */
export function compileEventMask(declared: readonly MaskRule[]): MaskEventData {
  const rules = new MaskRules(declared);
  return (data) => {
    const words: Words = new Map();
    const named = { ...data };
    for (const kind of ['labels', 'annotations'] as const) {
      if (isSet(data[kind])) named[kind] = rules.fields(kind, data[kind], words);
    }
    if (typeof data.groupKey === 'string') named.groupKey = withPairs(data.groupKey, rules, words);
    const walked = walk(named, rules.texts(words), KEPT) as Record<string, unknown>;
    const { generatorURL } = walked;
    return typeof generatorURL === 'string' ? { ...walked, generatorURL: linkOrNone(generatorURL) } : walked;
  };
}

function isSet(value: unknown): value is LabelSet {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name may hold spaces. It begins where one may, or a long value would be looked through from each of its letters. */
const PAIR = /(?<=\{|,|, )([^\s,{}"=](?:[^,{}"=]*[^\s,{}"=])?)=("(?:[^"\\]|\\.)*")/g;

/** Events of deliveries know their group's labels only as they stand, quoted, in its key. */
function withPairs(groupKey: string, rules: MaskRules, words: Words): string {
  return groupKey.replace(PAIR, (pair, name: string, quoted: string) => {
    const value = unquote(quoted);
    if (value === null) return pair;
    const masked = rules.field('labels', name, value, words);
    return masked === value ? pair : `${name}=${quote(masked)}`;
  });
}
