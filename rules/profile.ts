/** All that is known of a tenant's namespaces: environment, priority, attributes, naming, each with the rule that it is from. */

import type { LabelSet } from '../alert/alert.ts';
import { NAMESPACE_ATTRIBUTES, type NamespaceAttributes, type NamespaceProfile } from '../alert/namespace.ts';
import { type Reason, reason } from '../alert/reason.ts';
import { type Classifier, compileClassifier, type NamespaceClassification } from './classify.ts';
import type { EnvironmentRules } from './environment-rules.ts';
import { Memo } from './memo.ts';
import { decideAttribute, type Fallback } from './namespace-attributes.ts';
import { type ClassMatch, compileClasses, type NamespaceClassRule } from './namespace-class.ts';
import { compileNaming, type NamingRules } from './naming.ts';
import type { PatternProblem } from './pattern-set.ts';

/** Plain data: it crosses to the threads of the pool as JSON. */
export interface ProfileRules {
  readonly tenant: string;
  readonly environments: EnvironmentRules;
  readonly classes: readonly NamespaceClassRule[];
  /** Labels of declared namespaces, by name. */
  readonly labels: Readonly<Record<string, LabelSet>>;
  readonly naming: NamingRules | null;
}

export interface RuledProfile extends NamespaceProfile {
  /** The pattern or label that decided the environment; null for the default. */
  readonly rule: string | null;
  /** The EnvironmentPolicy, as `tenant/name`. */
  readonly policy: string | null;
}

export interface Profiler {
  readonly rules: ProfileRules;
  readonly classifier: Classifier;
  /** `labels`: those of its cluster, beside and before those that are declared. */
  profile(namespace: string, labels?: LabelSet): RuledProfile;
}

export type CompiledProfiler =
  | { readonly ok: true; readonly profiler: Profiler }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] };

const MEMO_LIMIT = 32_768;
/** The memo is bounded in entries, and this bounds it in bytes. */
const LONGEST_KEY = 1000;
const NO_LABELS: LabelSet = Object.freeze({});

export function compileProfiler(rules: ProfileRules): CompiledProfiler {
  const compiled = compileClassifier(rules.environments);
  if (!compiled.ok) return compiled;
  const classes = compileClasses(rules.classes);
  if (!classes.ok) return classes;
  const { classifier } = compiled;
  const naming = rules.naming === null ? null : compileNaming(rules.naming);
  const memo = new Memo<RuledProfile>(MEMO_LIMIT);
  // Apart: a namespace is a sender's text, and must not pass for the key of one with labels.
  const labelled = new Memo<RuledProfile>(MEMO_LIMIT);
  const declared = new Map(Object.entries(rules.labels));
  const decide = (given: string, labels: LabelSet | undefined): RuledProfile => {
    const own = declared.get(given.trim());
    const all = own === undefined ? labels : { ...own, ...labels };
    const classified = classifier.classify(given, all);
    const { namespace, environment } = classified;
    const matches = classes.classes.match(namespace, environment, all ?? NO_LABELS);
    const violations = naming?.violations(namespace, environment) ?? [];
    return assemble(rules, classified, matches, violations);
  };
  return {
    ok: true,
    profiler: {
      rules,
      classifier,
      profile(namespace, labels) {
        const key = labels === undefined ? namespace : keyOf(namespace, labels);
        const remembered = labels === undefined ? memo : labelled;
        const known = remembered.get(key);
        if (known !== undefined) return known;
        const profile = decide(namespace, labels);
        if (key.length <= LONGEST_KEY) remembered.set(key, profile);
        return profile;
      },
    },
  };
}

/** A namespace has a handful of labels that rarely change. */
function keyOf(namespace: string, labels: LabelSet): string {
  const printed = Object.keys(labels)
    .sort()
    .map((name) => `${JSON.stringify(name)}=${JSON.stringify(labels[name])}`);
  return `${JSON.stringify(namespace)}\n${printed.join('\n')}`;
}

function assemble(
  rules: ProfileRules,
  classified: NamespaceClassification,
  matches: readonly ClassMatch[],
  violations: readonly Reason[],
): RuledProfile {
  const { environment, namespace, rule, policy } = classified;
  const own = rules.environments.environments.find(({ name }) => name === environment)?.attributes ?? {};
  const fallback: Fallback = { attributes: own, text: `${environment} in EnvironmentPolicy ${policy}` };
  const attributes = NAMESPACE_ATTRIBUTES.map((name) => [name, decideAttribute(name, matches, fallback)] as const);
  const values = Object.fromEntries(attributes.map(([name, { value }]) => [name, value])) as unknown;
  const [why, urgency] = classified.reasons as [Reason, Reason];
  const urgent = matches.find((match) => match.rule.attributes.priority !== undefined);
  const priority = urgent?.rule.attributes.priority ?? classified.priority;
  const because = {
    ...Object.fromEntries(attributes.map(([name, decided]) => [name, Object.freeze(decided.because)])),
    environment: why,
    priority:
      urgent === undefined ? urgency : Object.freeze(reason('priority.namespace', `${priority}, ${urgent.text}`)),
  } as NamespaceProfile['because'];
  return Object.freeze({
    tenant: rules.tenant,
    namespace,
    environment,
    priority,
    ...(values as NamespaceAttributes),
    because: Object.freeze(because),
    violations: Object.freeze(violations.map((violation) => Object.freeze(violation))),
    reasons: Object.freeze([why, ...violations]),
    rule,
    policy,
  });
}
