/**
 * One label matcher, as Alertmanager's routes, silences and amtool write it: what it is, what it matches, how it is printed
 * (pkg/labels/matcher.go). Reading its text stands in matcher-parse.ts.
 */

import type { LabelSet } from './alert.ts';
import { compareUtf8, labelValue } from './label-order.ts';
import { quote } from './quote.ts';

export type MatcherOperator = '=' | '!=' | '=~' | '!~';

/** In Alertmanager's order, which decides between matchers of the same name and value. */
const OPERATORS: readonly MatcherOperator[] = ['=', '!=', '=~', '!~'];

export interface Matcher {
  readonly name: string;
  readonly operator: MatcherOperator;
  readonly value: string;
}

export interface MatcherProblem {
  /** What is wrong, for a person. */
  readonly problem: string;
  /** Where in the text, counted in UTF-16 units from 0. */
  readonly position: number;
  readonly allowed: string;
}

/**
 * The regular expression engine is a port, so that deciding imports no vendor. The pattern comes anchored. Must run in
 * linear time, for operators write the patterns and senders the values; throws an Error for a pattern that it cannot read.
 */
export type CompileRegex = (pattern: string) => (value: string) => boolean;

export interface CompiledMatcher extends Matcher {
  matches(value: string): boolean;
}

export function compileMatcher(matcher: Matcher, compileRegex: CompileRegex): CompiledMatcher | MatcherProblem {
  const { name, operator, value } = matcher;
  if (operator === '=') return { name, operator, value, matches: (actual) => actual === value };
  if (operator === '!=') return { name, operator, value, matches: (actual) => actual !== value };
  try {
    const test = compileRegex(`^(?:${value})$`);
    return { name, operator, value, matches: operator === '=~' ? test : (actual) => !test(actual) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { problem: `bad pattern ${quote(value)}: ${detail}`, position: 0, allowed: 'an RE2 regular expression' };
  }
}

export function matchesAll(matchers: readonly CompiledMatcher[], labels: LabelSet): boolean {
  for (const matcher of matchers) {
    if (!matcher.matches(labelValue(labels, matcher.name))) return false;
  }
  return true;
}

/** All of them must match, in whatever order they are asked: texts are compared before patterns are. */
export function cheapestFirst(matchers: readonly CompiledMatcher[]): readonly CompiledMatcher[] {
  const isPattern = ({ operator }: CompiledMatcher) => operator === '=~' || operator === '!~';
  return matchers.toSorted((a, b) => Number(isPattern(a)) - Number(isPattern(b)));
}

/** White space as Go's unicode.IsSpace knows it, and the characters of the matcher syntax. */
export const RESERVED = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000{}!=~,\\"'`]/;

export function printMatcher({ name, operator, value }: Matcher): string {
  if (RESERVED.test(name)) return `${quote(name)}${operator}${quote(value)}`;
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  return `${name}${operator}"${escaped}"`;
}

/** `{a="b",c=~"d"}`, sorted: the form that stands in route ids and group keys. */
export function printMatchers(matchers: readonly Matcher[]): string {
  return `{${[...matchers].sort(compareMatchers).map(printMatcher).join(',')}}`;
}

function compareMatchers(a: Matcher, b: Matcher): number {
  return (
    compareUtf8(a.name, b.name) ||
    compareUtf8(a.value, b.value) ||
    OPERATORS.indexOf(a.operator) - OPERATORS.indexOf(b.operator)
  );
}
