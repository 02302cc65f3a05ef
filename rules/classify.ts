/**
 * Which environment a namespace belongs to: by its own labels in the cluster, then by where people put it (alert/promotion.ts), then by
 * the patterns of one EnvironmentPolicy,
 * then the policy's default. What must never happen is that a production alert passes for something lesser, so: of several
 * environments the most dangerous wins, an unknown name is the default (production unless the operator says otherwise), a
 * name that only looks like production is production, and nothing in an alert but its namespace is looked at.
 */

import { ENVIRONMENTS, type Environment, type LabelSet } from '../alert/alert.ts';
import type { Classification } from '../alert/policy.ts';
import type { Placement } from '../alert/promotion-state.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { evidenceIn } from './environment-label.ts';
import { DEFAULT_PRIORITIES, type EnvironmentRule, type EnvironmentRules } from './environment-rules.ts';
import { readingOf } from './look-alike.ts';
import { Memo } from './memo.ts';
import { compilePatternSet, type PatternProblem, type PatternSet } from './pattern-set.ts';

export interface NamespaceClassification extends Classification {
  /** The pattern, or the label, that decided; null for the default. */
  readonly rule: string | null;
  readonly policy: string | null;
}

export interface Classifier {
  readonly rules: EnvironmentRules;
  /** `labels`: the namespace's own, from its cluster. `placed`: where people put it; it counts instead of its name. */
  classify(namespace: string, labels?: LabelSet, placed?: Placement): NamespaceClassification;
}

export type CompiledClassifier =
  | { readonly ok: true; readonly classifier: Classifier }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] };

/** UTF-16 units. Kubernetes allows 63; what is longer than this was not written by a cluster. */
export const LONGEST_NAME = 4096;
const MEMO_LIMIT = 32_768;
/** Longer names are classified each time: the memo is bounded in entries, and this bounds it in bytes. */
const LONGEST_REMEMBERED = 253;

/** The indexes in problems count through all patterns and then all excludes of each environment, in order. */
export function compileClassifier(rules: EnvironmentRules, memoLimit: number = MEMO_LIMIT): CompiledClassifier {
  const sources = rules.environments.flatMap(sourcesOf);
  const compiled = compilePatternSet(
    sources.map((source) => source.pattern),
    { caseSensitive: rules.caseSensitive },
  );
  if (!compiled.ok) return compiled;
  const memo = new Memo<NamespaceClassification>(memoLimit);
  const byName = (namespace: string) => {
    const known = memo.get(namespace);
    if (known !== undefined) return known;
    const found = decide(rules, sources, compiled.set, namespace.trim() || 'default');
    const decided = conclude(rules, found);
    if (namespace.length <= LONGEST_REMEMBERED) memo.set(namespace, decided);
    return decided;
  };
  const classify = (namespace: string, labels?: LabelSet, placed?: Placement) => {
    const isName = namespace.length <= LONGEST_NAME;
    const named = placed !== undefined && isName ? conclude(rules, putBy(placed, namespace)) : byName(namespace);
    // What is no name has no labels either.
    return labels === undefined || !isName ? named : heedLabels(rules, named, labels);
  };
  return { ok: true, classifier: { rules, classify } };
}

function putBy({ id, environment, because }: Placement, namespace: string): Finding {
  const rule = `promotion ${id}`;
  return { environment, namespace: namespace.trim() || 'default', rule, why: reason('environment.promoted', because) };
}

/** Production by a pattern, or by people, stays production, unless the policy lets labels lower it. */
function heedLabels(
  rules: EnvironmentRules,
  named: NamespaceClassification,
  labels: LabelSet,
): NamespaceClassification {
  const evidence = evidenceIn(labels, rules.labels);
  if (evidence === null) return named;
  const { environment, text } = evidence;
  const { namespace, rule } = named;
  const isClaimed = named.environment === 'production' && rule !== null && environment !== 'production';
  if (isClaimed && rules.labels?.lowerProduction !== true) {
    const detail = `label ${text} of namespace ${namespace}, but: ${named.reasons[0]!.detail}`;
    return conclude(rules, { environment: 'production', namespace, rule, why: reason('environment.conflict', detail) });
  }
  const why = reason('environment.label', `label ${text} of namespace ${namespace}`);
  return conclude(rules, { environment, namespace, rule: `label ${text}`, why });
}

interface PatternSource {
  readonly environment: EnvironmentRule;
  readonly pattern: string;
  readonly excludes: boolean;
  /** How reasons name it, written once: making texts takes longer than matching. */
  readonly text: string;
}

function sourcesOf(environment: EnvironmentRule): PatternSource[] {
  const { name, patterns, exclude } = environment;
  const source = (pattern: string, excludes: boolean): PatternSource => {
    const text = `${excludes ? 'exclude' : `${name} pattern`} ${JSON.stringify(pattern)}`;
    return { environment, pattern, excludes, text };
  };
  return [...patterns.map((pattern) => source(pattern, false)), ...exclude.map((pattern) => source(pattern, true))];
}

/** What was found of a name, before its priority is added. */
interface Finding {
  readonly environment: Environment;
  readonly namespace: string;
  readonly rule: string | null;
  readonly why: Reason;
}

/** As written; and as it reads, where that is more dangerous. */
function decide(
  rules: EnvironmentRules,
  sources: readonly PatternSource[],
  set: PatternSet,
  namespace: string,
): Finding {
  if (namespace.length > LONGEST_NAME) return oversized(namespace);
  const written = find(rules, sources, set, namespace);
  const reading = readingOf(namespace);
  if (reading === null || written.environment === 'production') return written;
  const read = find(rules, sources, set, reading);
  if (ENVIRONMENTS.indexOf(read.environment) >= ENVIRONMENTS.indexOf(written.environment)) return written;
  const why = reason('environment.look-alike', `namespace ${namespace} reads as ${reading}: ${read.why.detail}`);
  return { ...read, namespace, why };
}

function find(rules: EnvironmentRules, sources: readonly PatternSource[], set: PatternSet, namespace: string): Finding {
  const found = set.match(namespace).map((index) => sources[index]!);
  const matches = countingMatches(found);
  const [winner] = matches;
  if (winner === undefined) {
    return { environment: rules.default, namespace, rule: null, why: unmatched(rules, namespace, found) };
  }
  const code = matches.length === 1 ? 'environment.pattern' : 'environment.ambiguous';
  const by = matches.length === 1 ? winner.text : matches.map((match) => match.text).join(' and ');
  const why = reason(code, `namespace ${namespace} matches ${by} of ${named(rules)}`);
  return { environment: winner.environment.name, namespace, rule: winner.pattern, why };
}

/** The first match of each environment that no exclude takes out, the most dangerous environment first. */
function countingMatches(found: readonly PatternSource[]): readonly PatternSource[] {
  if (found.length === 0 || (found.length === 1 && !found[0]!.excludes)) return found;
  return ENVIRONMENTS.flatMap((name) => {
    const own = found.filter((source) => source.environment.name === name);
    return own.length === 0 || own.some((source) => source.excludes) ? [] : own.slice(0, 1);
  });
}

function unmatched(rules: EnvironmentRules, namespace: string, found: readonly PatternSource[]): Reason {
  if (rules.policy === null) {
    return reason('environment.default', `no EnvironmentPolicy; namespace ${namespace} is handled as ${rules.default}`);
  }
  const excluded = found.find((source) => source.excludes);
  const but = excluded === undefined ? '' : ` (${excluded.environment.name} is ruled out by ${excluded.text})`;
  const detail = `no pattern of ${named(rules)} matches namespace ${namespace}${but}; handled as ${rules.default}`;
  return reason('environment.default', detail);
}

/** Cut short it could lose the very part that says production, and whole it is no name: handled as the worst. */
function oversized(namespace: string): Finding {
  const detail = `namespace of ${namespace.length} characters, longer than ${LONGEST_NAME}; handled as production`;
  const why = reason('environment.default', detail);
  return { environment: 'production', namespace: namespace.slice(0, LONGEST_REMEMBERED), rule: null, why };
}

function conclude(rules: EnvironmentRules, { environment, namespace, rule, why }: Finding): NamespaceClassification {
  const declared = rules.environments.find((candidate) => candidate.name === environment)?.priority ?? null;
  const priority = declared ?? DEFAULT_PRIORITIES[environment];
  const urgency =
    declared === null
      ? reason('priority.default', `${priority}, the default of ${environment}`)
      : reason('priority.environment', `${priority}, declared for ${environment} by ${named(rules)}`);
  const reasons = Object.freeze([Object.freeze(why), Object.freeze(urgency)]);
  return Object.freeze({ environment, priority, namespace, reasons, rule, policy: rules.policy });
}

function named(rules: EnvironmentRules): string {
  return `EnvironmentPolicy ${rules.policy}`;
}
