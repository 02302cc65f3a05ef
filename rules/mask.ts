/**
 * What must not leave is masked in the whole notification, once, before any sender sees it: no channel can forget to.
 *
 * Every text is looked at, in whatever field it stands, except names that Herald or the operator gave: a field that is added
 * later is masked without anybody thinking of it. The value of a label that is masked as a whole is masked wherever else it
 * stands as a word, too: in the group key, in a summary, escaped in a link.
 */

import type { LabelSet } from '../alert/alert.ts';
import type { GroupedAlert, Notification } from '../alert/notification.ts';
import { quote } from '../alert/quote.ts';
import { compileReplacement } from './pattern-set.ts';

export type Mask = (notification: Notification) => Notification;

export const unmasked: Mask = (notification) => notification;

/** Without names, `pattern` is looked for in every text; without a pattern, the fields named are masked as a whole. */
export interface MaskRule {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly pattern: string | null;
  readonly caseSensitive: boolean;
  /** `$1` stands for a group of the pattern. */
  readonly replacement: string;
}

type Replace = (text: string) => string;

/** Identities, enumerations, and where it goes to: none comes from a sender of alerts, and all have to stay what they are. */
const KEPT = new Set([
  'id',
  'tenant',
  'groupId',
  'fingerprint',
  'channel',
  'status',
  'environment',
  'priority',
  'criticality',
  'code',
  'source',
  'recipient',
]);

/** A shorter value is as likely a word of any sentence; in its own field it is masked all the same. */
const SHORTEST_TRAIL = 3;

/** Throws for a pattern that RE2 refuses: the schema has checked it. */
export function compileMask(rules: readonly MaskRule[]): Mask {
  if (rules.length === 0) return unmasked;
  const compiled = rules.map(compileRule);
  return (notification) => {
    const found = new Map<string, string>();
    const named = withFields(notification, compiled, found);
    // The longest first: of "bob" and "bob smith" the shorter one would leave "smith" behind.
    const words = new Map([...found].sort(([a], [b]) => b.length - a.length));
    const everywhere = compiled.filter((rule) => rule.named === null).map((rule) => rule.replace);
    const text: Replace = (given) => hideEscaped(through(hideWords(given, words), everywhere), everywhere, words);
    const walked = walk(named, text) as Notification;
    return { ...walked, alerts: walked.alerts.map(withLink) };
  };
}

interface CompiledRule {
  readonly named: { readonly labels: ReadonlySet<string>; readonly annotations: ReadonlySet<string> } | null;
  /** The whole value goes, so that it must not stand elsewhere either. */
  readonly whole: boolean;
  readonly replace: Replace;
}

function compileRule(rule: MaskRule): CompiledRule {
  const { labels, annotations, pattern, caseSensitive, replacement } = rule;
  const named =
    labels.length + annotations.length === 0 ? null : { labels: new Set(labels), annotations: new Set(annotations) };
  if (pattern === null) return { named, whole: true, replace: () => replacement };
  const compiled = compileReplacement(pattern, replacement, { caseSensitive });
  if (!compiled.ok) throw new TypeError(`unchecked pattern ${pattern}: ${compiled.message}`);
  return { named, whole: false, replace: compiled.replace };
}

/** The rules that name fields, on those fields. `words` gathers what was masked as a whole. */
function withFields(notification: Notification, rules: readonly CompiledRule[], words: Map<string, string>) {
  const set = (labels: LabelSet, kind: 'labels' | 'annotations') =>
    Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, field(kind, name, value, rules, words)]));
  const groupLabels = set(notification.groupLabels, 'labels');
  const alerts = notification.alerts.map((alert) => ({
    ...alert,
    labels: set(alert.labels, 'labels'),
    annotations: set(alert.annotations, 'annotations'),
  }));
  return { ...notification, groupLabels, groupKey: withPairs(notification, groupLabels), alerts };
}

function field(
  kind: 'labels' | 'annotations',
  name: string,
  value: string,
  rules: readonly CompiledRule[],
  words: Map<string, string>,
): string {
  return rules.reduce((text, rule) => {
    if (rule.named?.[kind].has(name) !== true) return text;
    const masked = rule.replace(text);
    if (rule.whole && value.length >= SHORTEST_TRAIL) words.set(value, masked);
    return masked;
  }, value);
}

/** In the group key a value stands quoted, so that a pattern would not find it. */
function withPairs({ groupKey, groupLabels }: Notification, masked: LabelSet): string {
  return Object.entries(groupLabels).reduce((key, [name, value]) => {
    const now = masked[name] ?? value;
    return now === value ? key : key.replaceAll(`${name}=${quote(value)}`, () => `${name}=${quote(now)}`);
  }, groupKey);
}

/** A label may be called `id` or `environment` as well: what it holds came from outside, so nothing in a set is kept. */
const SETS = new Set(['labels', 'annotations', 'groupLabels']);

function walk(value: unknown, text: Replace, inSet = false): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, text, inSet));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, content]) => [
    key,
    !inSet && KEPT.has(key) ? content : walk(content, text, inSet || SETS.has(key)),
  ]);
  return Object.fromEntries(entries);
}

function through(text: string, replacements: readonly Replace[]): string {
  return replacements.reduce((at, replace) => replace(at), text);
}

const WORD_CHARACTER = /[\p{L}\p{N}]/u;

function hideWords(text: string, words: ReadonlyMap<string, string>): string {
  let out = text;
  for (const [word, masked] of words) if (out.includes(word)) out = replaceWord(out, word, masked);
  return out;
}

/** `eu` stands in "eu-1" and "(eu)", not in "queue". */
function replaceWord(text: string, word: string, masked: string): string {
  const parts = text.split(word);
  return parts.slice(1).reduce((out, after, i) => {
    const before = parts[i]!;
    const inside =
      (WORD_CHARACTER.test(word.at(0)!) && WORD_CHARACTER.test(before.at(-1) ?? '')) ||
      (WORD_CHARACTER.test(word.at(-1)!) && WORD_CHARACTER.test(after.at(0) ?? ''));
    return `${out}${inside ? word : masked}${after}`;
  }, parts[0]!);
}

const ESCAPED_WORD = /\S*%[0-9A-Fa-f]{2}\S*/g;

/** In links a value may stand escaped. A word that holds something once it is read goes as a whole. */
function hideEscaped(text: string, everywhere: readonly Replace[], words: ReadonlyMap<string, string>): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPED_WORD, (word) => {
    const read = unescaped(word);
    return read === null || through(hideWords(read, words), everywhere) !== read ? MASKED : word;
  });
}

/** null: what cannot be read cannot be shown to be harmless. */
function unescaped(word: string): string | null {
  try {
    return decodeURIComponent(word.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

export const MASKED = '[masked]';

/** What is no link any more is none: a mail or a card would lead nowhere. */
function withLink(alert: GroupedAlert): GroupedAlert {
  return alert.generatorURL === '' || URL.canParse(alert.generatorURL) ? alert : { ...alert, generatorURL: '' };
}
