/**
 * What rules of masking do to texts, whatever the texts belong to. Rules that name fields hold for these; the value of a field
 * that is masked as a whole is masked wherever else it stands as a word, too: in a group key, in a summary, in quotes, escaped in a link.
 */

import type { LabelSet } from '../alert/alert.ts';
import { quote } from '../alert/quote.ts';
import { compileReplacement } from './pattern-set.ts';

/** Without names, `pattern` is looked for in every text; without a pattern, the fields named are masked as a whole. */
export interface MaskRule {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly pattern: string | null;
  readonly caseSensitive: boolean;
  /** `$1` stands for a group of the pattern. */
  readonly replacement: string;
}

export type Replace = (text: string) => string;

export type FieldKind = 'labels' | 'annotations';

/** What was masked as a whole, and by what: gathered from the fields, hidden everywhere. */
export type Words = Map<string, string>;

export const MASKED = '[masked]';

/** A shorter value is as likely a word of any sentence; in its own field it is masked all the same. */
const SHORTEST_TRAIL = 3;

export class MaskRules {
  readonly #rules: readonly CompiledRule[];
  readonly #everywhere: readonly Replace[];

  /** Throws for a pattern that RE2 refuses: the schema has checked it. */
  constructor(rules: readonly MaskRule[]) {
    this.#rules = rules.map(compileRule);
    this.#everywhere = this.#rules.filter((rule) => rule.named === null).map((rule) => rule.replace);
  }

  /** The rules that name this field. */
  field(kind: FieldKind, name: string, value: string, words: Words): string {
    return this.#rules.reduce((text, rule) => {
      if (rule.named?.[kind].has(name) !== true) return text;
      const masked = rule.replace(text);
      if (rule.whole && value.length >= SHORTEST_TRAIL) words.set(value, masked);
      return masked;
    }, value);
  }

  fields(kind: FieldKind, set: LabelSet, words: Words): LabelSet {
    return Object.fromEntries(Object.entries(set).map(([name, value]) => [name, this.field(kind, name, value, words)]));
  }

  /** The rules that name no field, and the words that the fields gave: for every text. */
  texts(found: Words): Replace {
    // The longest first: of "bob" and "bob smith" the shorter one would leave "smith" behind.
    const forms = [...found].flatMap(([word, masked]) => writtenForms(word).map((form) => [form, masked] as const));
    const words = new Map(forms.sort(([a], [b]) => b.length - a.length));
    const everywhere = this.#everywhere;
    return (given) => hideEscaped(through(hideWords(given, words), everywhere), everywhere, words);
  }
}

/** As it is, and as it stands between quotes: in matchers, in JSON, and in JSON of ASCII alone. */
function writtenForms(word: string): readonly string[] {
  const json = JSON.stringify(word).slice(1, -1);
  const ascii = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [...new Set([word, quote(word).slice(1, -1), json, ascii])];
}

interface CompiledRule {
  readonly named: Readonly<Record<FieldKind, ReadonlySet<string>>> | null;
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

/** A label may be called `id` or `environment` as well: what it holds came from outside, so nothing in a set is kept. */
const SETS = new Set(['labels', 'annotations', 'groupLabels']);

/** Every text in `value`, in whatever field it stands, but for those named in `kept`. */
export function walk(value: unknown, text: Replace, kept: ReadonlySet<string>, inSet = false): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, text, kept, inSet));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, content]) => [
    key,
    !inSet && kept.has(key) ? content : walk(content, text, kept, inSet || SETS.has(key)),
  ]);
  return Object.fromEntries(entries);
}

/** What is no link any more is none: a mail or a card would lead nowhere. */
export function linkOrNone(url: string): string {
  return url === '' || URL.canParse(url) ? url : '';
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
    const holds = (text: string) => through(hideWords(text, words), everywhere) !== text;
    return read === null || holds(read) || furtherRead(read).some(holds) ? MASKED : word;
  });
}

const DEEPEST_LINK = 3;

/** A link may carry another one, as where to go after a login. */
function furtherRead(read: string): string[] {
  const found: string[] = [];
  for (let text: string | null = read; found.length < DEEPEST_LINK && text?.includes('%'); ) {
    text = unescaped(text);
    if (text !== null) found.push(text);
  }
  return found;
}

/** null: what cannot be read cannot be shown to be harmless. */
function unescaped(word: string): string | null {
  try {
    return decodeURIComponent(word.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
