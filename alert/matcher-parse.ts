/**
 * Reads one matcher as Alertmanager does in its default mode: the classic syntax of pkg/labels/parse.go where it applies,
 * else the UTF-8 syntax of matcher/parse. Where both can read a text and disagree, Alertmanager takes the classic reading
 * too, so that an imported configuration keeps its meaning.
 */

import { type Matcher, type MatcherOperator, type MatcherProblem, RESERVED } from './matcher.ts';
import { unquote } from './quote.ts';

export function parseMatcher(text: string): Matcher | MatcherProblem {
  if (text.startsWith('{')) return problem('an opening brace', 0, 'one matcher without braces');
  if (text.endsWith('}')) return problem('a closing brace', text.length - 1, 'one matcher without braces');
  return parseClassic(text) ?? parseUtf8(text);
}

const CLASSIC_HEAD = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*/;

function parseClassic(text: string): Matcher | null {
  const head = CLASSIC_HEAD.exec(text);
  if (head === null) return null;
  let end = text.length;
  while (end > head[0].length && '\t\n\f\r '.includes(text[end - 1]!)) end--;
  const value = classicValue(text.slice(head[0].length, end));
  return value === null ? null : { name: head[1]!, operator: head[2] as MatcherOperator, value };
}

/** OpenMetrics escapes; a backslash before anything else stands for itself. Quotes only around the whole. */
function classicValue(raw: string): string | null {
  const quoted = raw.startsWith('"');
  const body = quoted ? raw.slice(1) : raw;
  let value = '';
  for (let i = 0; i < body.length; i++) {
    const char = body[i]!;
    if (char === '"') return quoted && i === body.length - 1 ? value : null;
    const next = char === '\\' ? body[i + 1] : undefined;
    if (next === undefined) value += char;
    else if (next === 'n') value += '\n';
    else value += next === '"' || next === '\\' ? next : char + next;
    if (next !== undefined) i++;
  }
  return quoted ? null : value;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function parseUtf8(text: string): Matcher | MatcherProblem {
  const name = readWord(text, 0, 'a label name');
  if ('problem' in name) return name;
  const operator = readOperator(text, name.end);
  if ('problem' in operator) return operator;
  const value = readWord(text, operator.end, 'a label value');
  if ('problem' in value) return value;
  let end = skipSpace(text, value.end);
  if (text[end] === ',') end = skipSpace(text, end + 1);
  if (end < text.length) return problem(found(text, end), end, 'the end of the matcher');
  return { name: name.text, operator: operator.text as MatcherOperator, value: value.text };
}

function readWord(text: string, from: number, what: string): Token | MatcherProblem {
  const start = skipSpace(text, from);
  if (text[start] === '"') return readQuoted(text, start);
  let end = start;
  while (end < text.length && !RESERVED.test(text[end]!)) end++;
  if (end === start)
    return problem(found(text, start), start, `${what}, in double quotes or without reserved characters`);
  return { text: text.slice(start, end), start, end };
}

function readQuoted(text: string, start: number): Token | MatcherProblem {
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) return problem('a quoted text without its end', start, 'a closing double quote');
  const value = unquote(text.slice(start, end + 1));
  if (value === null) return problem('a quoted text with bad escapes', start, 'a double-quoted string as in Go');
  return { text: value, start, end: end + 1 };
}

function readOperator(text: string, from: number): Token | MatcherProblem {
  const start = skipSpace(text, from);
  const operator = /^(?:=~|=|!=|!~)/.exec(text.slice(start, start + 2));
  if (operator === null) return problem(found(text, start), start, 'one of = != =~ !~');
  return { text: operator[0], start, end: start + operator[0].length };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(text[at]!)) at++;
  return at;
}

function found(text: string, at: number): string {
  return at < text.length ? `unexpected ${JSON.stringify(text.slice(at, at + 20))}` : 'the text ends too early';
}

function problem(what: string, position: number, allowed: string): MatcherProblem {
  return { problem: what, position, allowed };
}
