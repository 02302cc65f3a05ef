/**
 * Whose a namespace is and what it is worth, by the NamespaceClasses of one tenant.
 *
 * Of all classes that fit, each attribute comes from the most specific one that declares it. More specific is, in this order:
 * the higher `precedence`; a name that is listed; more labels required; the pattern that pins down more of the name
 * (specificity.ts); being for some environments only. Where two weigh the same and disagree, the first by name decides and
 * the reason says so. Compliance tags add up over all classes.
 */

import type { Environment, LabelSet } from '../alert/alert.ts';
import { labelValue } from '../alert/label-order.ts';
import type { DeclaredAttributes } from './environment-rules.ts';
import { compilePatternSet, type PatternProblem } from './pattern-set.ts';
import { specificityOf } from './specificity.ts';

export interface NamespaceClassRule {
  /** As `tenant/name`. */
  readonly name: string;
  readonly precedence: number;
  /** `names` and `patterns`: one of them must fit, where there are any. */
  readonly names: readonly string[];
  readonly patterns: readonly string[];
  readonly exclude: readonly string[];
  /** All of them must stand on the namespace in its cluster. */
  readonly matchLabels: LabelSet;
  /** Empty: any. */
  readonly environments: readonly Environment[];
  readonly attributes: DeclaredAttributes;
}

/** A class that fits a namespace, and why. The same object whenever it fits for the same reason. */
export interface ClassMatch {
  readonly id: number;
  readonly rule: NamespaceClassRule;
  /** How reasons name it. */
  readonly text: string;
  readonly weight: readonly number[];
}

export interface ClassMatcher {
  /** The most specific first. */
  match(namespace: string, environment: Environment, labels: LabelSet): readonly ClassMatch[];
}

export type CompiledClasses =
  | { readonly ok: true; readonly classes: ClassMatcher }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] };

interface PatternOf {
  readonly class: CompiledClass;
  readonly excludes: boolean;
  readonly match: ClassMatch;
}

interface CompiledClass {
  readonly rule: NamespaceClassRule;
  readonly names: ReadonlySet<string>;
  readonly required: readonly (readonly [key: string, value: string])[];
  /** Where its name is listed, and where neither name nor pattern is asked for. */
  readonly named: ClassMatch;
  readonly open: ClassMatch;
}

export function compileClasses(rules: readonly NamespaceClassRule[]): CompiledClasses {
  let ids = 0;
  const newMatch = (rule: NamespaceClassRule, how: string | null, specificity: number): ClassMatch => {
    const required = Object.entries(rule.matchLabels);
    const parts = [...(how === null ? [] : [how]), ...required.map(([key, value]) => `label ${key}=${value}`)];
    const { precedence, environments } = rule;
    const isNamed = how === NAME ? 1 : 0;
    const weight = [precedence, isNamed, required.length, specificity, environments.length > 0 ? 1 : 0];
    const text = [`NamespaceClass ${rule.name}`, ...parts].join(', ');
    return Object.freeze({ id: ids++, rule, text, weight });
  };
  const classes = rules.map(
    (rule): CompiledClass => ({
      rule,
      names: new Set(rule.names.map((name) => name.toLowerCase())),
      required: Object.entries(rule.matchLabels),
      named: newMatch(rule, NAME, 0),
      open: newMatch(rule, null, 0),
    }),
  );
  const sources = classes.flatMap((one): PatternOf[] => {
    const source = (excludes: boolean) => (pattern: string) => {
      const how = `pattern ${JSON.stringify(pattern)}`;
      return { class: one, excludes, match: newMatch(one.rule, how, specificityOf(pattern)) };
    };
    return [...one.rule.patterns.map(source(false)), ...one.rule.exclude.map(source(true))];
  });
  const compiled = compilePatternSet(
    rules.flatMap(({ patterns, exclude }) => [...patterns, ...exclude]),
    { caseSensitive: false },
  );
  if (!compiled.ok) return compiled;
  // A class with neither is asked every time; one with names, when its name comes; one with patterns, when one is found.
  const always = classes.filter(({ rule }) => rule.names.length + rule.patterns.length === 0);
  const listing = classes.filter(({ names }) => names.size > 0);
  const match = (namespace: string, environment: Environment, labels: LabelSet): readonly ClassMatch[] => {
    if (classes.length === 0) return NONE;
    const name = namespace.toLowerCase();
    const found = compiled.set.match(namespace).map((index) => sources[index]!);
    const named = listing.filter(({ names }) => names.has(name));
    const candidates = new Set([...always, ...named, ...found.map((source) => source.class)]);
    return [...candidates]
      .flatMap((one) => (applies(one, environment, labels) ? (reasonToFit(one, named.includes(one), found) ?? []) : []))
      .sort(bySpecificity);
  };
  return { ok: true, classes: { match } };
}

const NAME = 'name';
const NONE: readonly ClassMatch[] = [];

function applies({ rule, required }: CompiledClass, environment: Environment, labels: LabelSet): boolean {
  if (rule.environments.length > 0 && !rule.environments.includes(environment)) return false;
  return required.every(([key, value]) => labelValue(labels, key) === value);
}

/** null: an exclude is found, or none of its patterns. A name that is listed is meant, whatever is excluded. */
function reasonToFit(one: CompiledClass, isNamed: boolean, found: readonly PatternOf[]): ClassMatch | null {
  if (isNamed) return one.named;
  const own = found.filter((source) => source.class === one);
  if (own.some(({ excludes }) => excludes)) return null;
  if (one.rule.patterns.length === 0) return one.rule.names.length === 0 ? one.open : null;
  return own.map((source) => source.match).sort(bySpecificity)[0] ?? null;
}

function bySpecificity(a: ClassMatch, b: ClassMatch): number {
  for (const [place, weight] of a.weight.entries()) {
    const difference = b.weight[place]! - weight;
    if (difference !== 0) return difference;
  }
  return a.rule.name < b.rule.name ? -1 : 1;
}

export function weighsTheSame(a: ClassMatch, b: ClassMatch): boolean {
  return a.weight.every((weight, place) => weight === b.weight[place]);
}
