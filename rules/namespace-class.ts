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

/** A class that fits a namespace. */
export interface ClassMatch {
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
  readonly index: number;
  readonly pattern: string;
  readonly excludes: boolean;
  readonly specificity: number;
}

export function compileClasses(rules: readonly NamespaceClassRule[]): CompiledClasses {
  const sources = rules.flatMap((rule, index) => patternsOf(rule, index));
  const compiled = compilePatternSet(
    sources.map(({ pattern }) => pattern),
    { caseSensitive: false },
  );
  if (!compiled.ok) return compiled;
  const { set } = compiled;
  const listed = rules.map(({ names }) => new Set(names.map((name) => name.toLowerCase())));
  const match = (namespace: string, environment: Environment, labels: LabelSet) => {
    const found = Map.groupBy(
      set.match(namespace).map((index) => sources[index]!),
      ({ index }) => index,
    );
    const name = namespace.toLowerCase();
    return rules
      .flatMap((rule, index) => {
        const isNamed = listed[index]!.has(name);
        return fits(rule, isNamed, found.get(index) ?? [], environment, labels);
      })
      .sort(bySpecificity);
  };
  return { ok: true, classes: { match } };
}

function patternsOf({ patterns, exclude }: NamespaceClassRule, index: number): PatternOf[] {
  const source = (excludes: boolean) => (pattern: string) => {
    return { index, pattern, excludes, specificity: specificityOf(pattern) };
  };
  return [...patterns.map(source(false)), ...exclude.map(source(true))];
}

function fits(
  rule: NamespaceClassRule,
  isNamed: boolean,
  found: readonly PatternOf[],
  environment: Environment,
  labels: LabelSet,
): ClassMatch[] {
  const { names, patterns, matchLabels, environments, precedence } = rule;
  if (environments.length > 0 && !environments.includes(environment)) return [];
  const required = Object.entries(matchLabels);
  if (!required.every(([key, value]) => labelValue(labels, key) === value)) return [];
  const best = found.filter(({ excludes }) => !excludes).sort((a, b) => b.specificity - a.specificity)[0];
  const isOut = found.some(({ excludes }) => excludes);
  if (!isNamed && (isOut || (best === undefined && names.length + patterns.length > 0))) return [];
  const weight = [
    precedence,
    isNamed ? 1 : 0,
    required.length,
    isNamed ? 0 : (best?.specificity ?? 0),
    environments.length > 0 ? 1 : 0,
  ];
  return [{ rule, text: `NamespaceClass ${rule.name}${how(isNamed, best, required)}`, weight }];
}

function how(isNamed: boolean, best: PatternOf | undefined, required: readonly (readonly [string, string])[]): string {
  const parts = required.map(([key, value]) => `label ${key}=${value}`);
  if (isNamed) parts.unshift('name');
  else if (best !== undefined) parts.unshift(`pattern ${JSON.stringify(best.pattern)}`);
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
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
