/**
 * A silence: nothing is told of the alerts that it matches, from its start until its end (Alertmanager's silence/silence.go:
 * start <= now < end, all matchers match, a missing label equals an empty one).
 */

import type { LabelSet } from './alert.ts';
import { type CompiledMatcher, cheapestFirst, type MatcherProblem, matchesAll } from './matcher.ts';
import type { Hold } from './policy.ts';
import { reason } from './reason.ts';

/** As a person set it: plain data, for the journal. */
export interface Silence {
  readonly id: string;
  readonly tenant: string;
  /** As in routes: `severity="critical"`. */
  readonly matchers: readonly string[];
  /** Unix time in milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  /** It may cover a whole tenant (see isBroad): somebody said that this is meant. */
  readonly broad: boolean;
}

export interface SilenceRule {
  readonly silence: Silence;
  readonly matchers: readonly CompiledMatcher[];
}

export type ReadMatcher = (text: string) => CompiledMatcher | MatcherProblem;

export function isInForce({ startsAt, endsAt }: Silence, now: number): boolean {
  return startsAt <= now && now < endsAt;
}

export function silences({ silence, matchers }: SilenceRule, labels: LabelSet, now: number): boolean {
  return isInForce(silence, now) && matchesAll(matchers, labels);
}

/** Of several the one that ends last: there is nothing to look at before. */
export function silenceHold(rules: Iterable<SilenceRule>, labels: LabelSet, now: number): Hold | null {
  let last: Silence | null = null;
  for (const rule of rules) {
    if (last !== null && rule.silence.endsAt <= last.endsAt) continue;
    if (silences(rule, labels, now)) last = rule.silence;
  }
  return last === null ? null : { reason: reason('hold.silence', describeSilence(last)), until: last.endsAt };
}

const SHOWN_COMMENT = 200;

/** Begins with the id. The same for as long as the silence is the same, so that what it holds can be counted. */
export function describeSilence({ id, createdBy, comment, endsAt }: Silence): string {
  const why = comment === '' ? '' : `: ${comment.slice(0, SHOWN_COMMENT)}`;
  return `${id} by ${createdBy}, until ${new Date(endsAt).toISOString()}${why}`;
}

const rules = new WeakMap<Silence, SilenceRule>();

/** Compiled once. One whose matchers cannot be read (any more) matches nothing: too much is told rather than too little. */
export function ruleOf(silence: Silence, readMatcher: ReadMatcher): SilenceRule | null {
  const known = rules.get(silence);
  if (known !== undefined) return known;
  const matchers: CompiledMatcher[] = [];
  for (const text of silence.matchers) {
    const matcher = readMatcher(text);
    if ('problem' in matcher) return null;
    matchers.push(matcher);
  }
  const rule = { silence, matchers: cheapestFirst(matchers) };
  rules.set(silence, rule);
  return rule;
}

/** Every alert has these, or may have the same of them: no silence is narrow by them alone. */
const OF_ALL = new Set(['tenant', 'environment']);

/** Values that have nothing in common: a pattern that matches them all matches everything. */
const PROBES = ['a', '0', 'Z-9', 'some text, with more than one word.', '\u2603', '/var/run', 'x'.repeat(100)];

/**
 * Would it silence alerts that have nothing to do with each other? It does unless a matcher asks for a label, other than tenant
 * and environment, that must be there and must have certain values.
 */
export function isBroad(matchers: readonly CompiledMatcher[]): boolean {
  return !matchers.some(isNarrow);
}

function isNarrow(matcher: CompiledMatcher): boolean {
  if (OF_ALL.has(matcher.name) || matcher.matches('')) return false;
  return !PROBES.every((value) => matcher.matches(value));
}
