/** Label matchers in specs and requests: as Alertmanager writes them, with regular expressions that RE2 can run. */

import {
  type CompiledMatcher,
  type CompileRegex,
  compileMatcher,
  type Matcher,
  type MatcherProblem,
} from '../alert/matcher.ts';
import { parseMatcher } from '../alert/matcher-parse.ts';
import type { FindPatterns } from '../alert/silence-index.ts';
import { literalEnds, literalTest } from '../rules/literal-pattern.ts';
import { compilePattern, compilePatternSet } from '../rules/pattern-set.ts';
import { patternSize } from '../rules/pattern-size.ts';

/** For what the schema has checked. */
export function checkedMatcher(text: string): CompiledMatcher {
  const read = readMatcher(text);
  if ('problem' in read) throw new TypeError(`unchecked matcher ${JSON.stringify(text)}`);
  return read;
}

const linearRegex: CompileRegex = (anchored) => {
  const pattern = anchored.slice('^(?:'.length, -')$'.length);
  const literal = literalTest(pattern);
  if (literal !== null) return literal;
  const whole = compilePattern(anchored, { caseSensitive: true });
  if (!whole.ok) throw new SyntaxError(whole.message);
  return askedSeldom(whole.test, literalEnds(pattern));
};

/**
 * A silence is asked about each alert of a group, and most of them are of something else, or have the same value as the one before:
 * RE2 takes 4 µs to say so.
 */
function askedSeldom(
  test: (text: string) => boolean,
  { prefix, suffix }: ReturnType<typeof literalEnds>,
): (text: string) => boolean {
  let last: string | null = null;
  let answer = false;
  return (text) => {
    if (text === last) return answer;
    if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
    answer = test(text);
    last = text;
    return answer;
  };
}

/** What people send is compiled where others wait: some milliseconds. What is long without repetitions, as alternatives are, may be. */
const LARGEST = 2000;

/**
 * Those that somebody holds: what stands in a policy is not compiled again with each change of subscriptions. Nobody is held by it, for an
 * automaton may be half a megabyte, and people ask by patterns of their own.
 */
const held = new Map<string, WeakRef<CompiledMatcher>>();
const letGo = new FinalizationRegistry<string>((text) => {
  if (held.get(text)?.deref() === undefined) held.delete(text);
});

/** For matchers that no schema has checked. */
export function readMatcher(text: string): CompiledMatcher | MatcherProblem {
  const parsed = parseMatcher(text);
  if ('problem' in parsed) return parsed;
  if (parsed.operator !== '=~' && parsed.operator !== '!~') return compileMatcher(parsed, linearRegex);
  const known = held.get(text)?.deref();
  if (known !== undefined) return known;
  const read = readPattern(parsed);
  if ('problem' in read) return read;
  held.set(text, new WeakRef(read));
  letGo.register(read, text);
  return read;
}

/** Two patterns of the largest, for all that one request holds: some twenty milliseconds. */
const LARGEST_TOGETHER = 2 * LARGEST;

/** For the matchers of one request, one after the other: their patterns are bounded together, too. */
export function readMatchersOfRequest(): (text: string) => CompiledMatcher | MatcherProblem {
  let left = LARGEST_TOGETHER;
  return (text) => {
    left -= sizeOf(text);
    if (left >= 0) return readMatcher(text);
    const problem = `with it, the patterns stand for more than ${LARGEST_TOGETHER} states together`;
    return { problem, position: 0, allowed: 'fewer or smaller patterns' };
  };
}

function sizeOf(text: string): number {
  const parsed = parseMatcher(text);
  if ('problem' in parsed || parsed.operator === '=' || parsed.operator === '!=') return 0;
  return literalTest(parsed.value) === null ? patternSize(parsed.value) : 0;
}

function readPattern(parsed: Matcher): CompiledMatcher | MatcherProblem {
  if (literalTest(parsed.value) !== null) return compileMatcher(parsed, linearRegex);
  const size = patternSize(parsed.value);
  const most = Math.max(LARGEST, 2 * parsed.value.length);
  if (size > most) {
    const allowed = `a pattern of at most ${most}`;
    return { problem: `the pattern stands for ${size} states, its repetitions counted`, position: 0, allowed };
  }
  // Alone first, without the anchors around it: a better message, and `a)|(b` is caught.
  const alone = compilePattern(parsed.value, { caseSensitive: true });
  if (!alone.ok) return { problem: alone.message, position: 0, allowed: 'an RE2 regular expression' };
  return compileMatcher(parsed, linearRegex);
}

/** One automaton for all of them. `given`: those of matchers that could be read. */
export const findPatterns: FindPatterns = (given) => {
  const anchored = given.map((pattern) => `^(?:${pattern})$`);
  const whole = compilePatternSet(anchored, { caseSensitive: true });
  if (!whole.ok) throw new TypeError(`unchecked pattern ${JSON.stringify(whole.problems[0]?.pattern)}`);
  return (value) => whole.set.match(value);
};
