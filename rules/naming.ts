/**
 * Does a name follow the organisation's standard? A standard bounds the length, forbids words, and lists shapes: sequences of
 * segments between separators. A name must have one of the shapes; where it has none, it is told what is wrong with the one
 * that it comes nearest to. That a segment means an environment is checked against the environment that was decided.
 */

import type { Environment } from '../alert/alert.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { compilePattern } from './pattern-set.ts';

export interface NamingSegment {
  readonly name: string;
  /** Empty: any, as far as the pattern allows. */
  readonly values: readonly string[];
  /** RE2, anchored by itself; null: lower-case letters and digits. */
  readonly pattern: string | null;
  /** What a value says of the environment. */
  readonly environments: Readonly<Record<string, Environment>>;
  readonly optional: boolean;
  /** More than one of the kind may follow each other. */
  readonly repeat: boolean;
}

export interface NamingShape {
  readonly name: string;
  /** Names of these environments may have it; empty: of all. */
  readonly environments: readonly Environment[];
  readonly segments: readonly NamingSegment[];
}

export interface NamingRules {
  /** As `tenant/name`. */
  readonly standard: string;
  readonly separator: string;
  readonly maxLength: number;
  readonly forbidden: readonly string[];
  /** Patterns of names that the standard is not for. */
  readonly exempt: readonly string[];
  readonly shapes: readonly NamingShape[];
}

export interface NamingStandard {
  /** One for each broken rule; empty for a good name. */
  violations(namespace: string, environment: Environment): readonly Reason[];
}

/** No standard allows more; what is longer is not taken apart. */
export const LONGEST = 253;

const NONE: readonly Reason[] = Object.freeze([]);

/** Of checked rules: throws TypeError for a pattern that RE2 refuses. */
export function compileNaming(rules: NamingRules): NamingStandard {
  const exempt = rules.exempt.map(compiled);
  const forbidden = new Set(rules.forbidden);
  const shapes = rules.shapes.map((shape) => ({ ...shape, segments: shape.segments.map(compileSegment) }));
  const broken = (rule: string, detail: string) =>
    Object.freeze(reason('namespace.naming-violation', `${rule} of NamingStandard ${rules.standard}: ${detail}`));
  return {
    violations(namespace, environment) {
      if (exempt.some((isExempt) => isExempt(namespace))) return NONE;
      if (namespace.length > LONGEST)
        return [broken('maxLength', `${namespace.length} characters; at most ${rules.maxLength}`)];
      const words = namespace.split(rules.separator);
      const found: Reason[] = [];
      if (namespace.length > rules.maxLength)
        found.push(broken('maxLength', `${namespace} has ${namespace.length} characters; at most ${rules.maxLength}`));
      for (const word of words) {
        if (forbidden.has(word)) found.push(broken('forbidden', `${namespace} contains ${word}`));
      }
      const misfit = misfitOf(shapes, words, environment);
      if (misfit !== null) found.push(broken(misfit.rule, `${namespace}: ${misfit.detail}`));
      return found.length === 0 ? NONE : Object.freeze(found);
    },
  };
}

interface Segment extends NamingSegment {
  readonly fits: (word: string) => boolean;
}

interface Shape extends NamingShape {
  readonly segments: readonly Segment[];
}

interface Misfit {
  readonly rule: string;
  readonly detail: string;
  /** How many words fitted before. */
  readonly reached: number;
}

const PLAIN_WORD = /^[a-z0-9]+$/;

function compileSegment(segment: NamingSegment): Segment {
  const { values, pattern, environments } = segment;
  const listed = new Set([...values, ...Object.keys(environments)]);
  if (listed.size > 0) return { ...segment, fits: (word) => listed.has(word) };
  if (pattern === null) return { ...segment, fits: (word) => PLAIN_WORD.test(word) };
  return { ...segment, fits: compiled(`^(?:${pattern})$`) };
}

function compiled(pattern: string): (text: string) => boolean {
  const result = compilePattern(pattern, { caseSensitive: true });
  if (!result.ok) throw new TypeError(`unchecked pattern ${pattern}: ${result.message}`);
  return result.test;
}

/** null: one of the shapes fits, or there are none. */
function misfitOf(shapes: readonly Shape[], words: readonly string[], environment: Environment): Misfit | null {
  let nearest: Misfit | null = null;
  for (const shape of shapes) {
    const misfit = misfitOfShape(shape, words, environment);
    if (misfit === null) return null;
    if (nearest === null || misfit.reached > nearest.reached) nearest = misfit;
  }
  return nearest;
}

function misfitOfShape(shape: Shape, words: readonly string[], environment: Environment): Misfit | null {
  const { name, environments, segments } = shape;
  const nearest = { rule: 'segments', detail: 'is empty', reached: -1 };
  const walk: Walk = { words, segments, environment, failed: new Set(), nearest };
  if (!takes(walk, 0, 0)) return { ...walk.nearest, rule: `shape ${name}, ${walk.nearest.rule}` };
  if (environments.length === 0 || environments.includes(environment)) return null;
  const detail = `is handled as ${environment}; the shape is for ${environments.join(', ')}`;
  return { rule: `shape ${name}, environments`, detail, reached: words.length };
}

interface Walk {
  readonly words: readonly string[];
  readonly segments: readonly Segment[];
  readonly environment: Environment;
  /** Places from which it is known to fail: each is tried once, or repeated segments would multiply. */
  readonly failed: Set<number>;
  nearest: Misfit;
}

/** Do the words from `at` on fit the segments from `index` on? */
function takes(walk: Walk, index: number, at: number): boolean {
  const place = index * (walk.words.length + 1) + at;
  if (walk.failed.has(place)) return false;
  const segment = walk.segments[index];
  const fits = segment === undefined ? isAtEnd(walk, at) : takesSegment(walk, segment, index, at);
  if (!fits) walk.failed.add(place);
  return fits;
}

function takesSegment(walk: Walk, segment: Segment, index: number, at: number): boolean {
  const word = walk.words[at];
  if (word !== undefined && segment.fits(word)) {
    if (meansIt(walk, segment, word, at)) {
      if (takes(walk, index + 1, at + 1)) return true;
      if (segment.repeat && takes(walk, index, at + 1)) return true;
    }
  } else if (!segment.optional) {
    const given =
      word === undefined ? `is missing after ${JSON.stringify(walk.words.at(-1))}` : `is ${JSON.stringify(word)}`;
    note(walk, `segment ${segment.name}`, `${given}; allowed: ${allowedIn(segment)}`, at);
  }
  return segment.optional && takes(walk, index + 1, at);
}

function isAtEnd(walk: Walk, at: number): boolean {
  const word = walk.words[at];
  if (word !== undefined) note(walk, 'segments', `${JSON.stringify(word)} is one too many`, at);
  return word === undefined;
}

function meansIt(walk: Walk, { name, environments }: Segment, word: string, at: number): boolean {
  const meant = Object.hasOwn(environments, word) ? environments[word] : undefined;
  if (meant === undefined || meant === walk.environment) return true;
  // The word has its place, so it comes nearer than one that fits nowhere.
  note(walk, `segment ${name}`, `${word} means ${meant}, but it is handled as ${walk.environment}`, at + 1);
  return false;
}

function note(walk: Walk, rule: string, detail: string, reached: number): void {
  if (reached > walk.nearest.reached) walk.nearest = { rule, detail, reached };
}

function allowedIn({ values, environments, pattern }: NamingSegment): string {
  const listed = [...values, ...Object.keys(environments)];
  return listed.length > 0 ? listed.join(', ') : (pattern ?? 'lower-case letters and digits');
}
