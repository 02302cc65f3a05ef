/** All that is known of a tenant's namespaces: environment, priority, attributes, naming, each with the rule that it is from. */

import type { LabelSet } from '../alert/alert.ts';
import type { NamespaceProfile } from '../alert/namespace.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { Reason } from '../alert/reason.ts';
import { compileClassifier, type NamespaceClassification } from './classify.ts';
import type { EnvironmentRules } from './environment-rules.ts';
import { Memo } from './memo.ts';
import { attributesBy, type DecidedAttributes } from './namespace-attributes.ts';
import { compileClasses, type NamespaceClassRule } from './namespace-class.ts';
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
  /** `labels`: those of its cluster, beside and before those that are declared. `placed`: where people put it. */
  profile(namespace: string, labels?: LabelSet, placed?: Placement): RuledProfile;
}

export type CompiledProfiler =
  | { readonly ok: true; readonly profiler: Profiler }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] };

const MEMO_LIMIT = 32_768;
/** The memo is bounded in entries, and this bounds it in bytes. */
const LONGEST_KEY = 1000;
const NO_LABELS: LabelSet = Object.freeze({});

export function compileProfiler(rules: ProfileRules): CompiledProfiler {
  // Profiles are remembered whole.
  const compiled = compileClassifier(rules.environments, 0);
  if (!compiled.ok) return compiled;
  const classes = compileClasses(rules.classes);
  if (!classes.ok) return classes;
  const { classifier } = compiled;
  const attributesOf = attributesBy(rules.environments);
  const naming = rules.naming === null ? null : compileNaming(rules.naming);
  const memo = new Memo<RuledProfile>(MEMO_LIMIT);
  // Apart: a namespace is a sender's text, and must not pass for the key of one with labels.
  const labelled = new Memo<RuledProfile>(MEMO_LIMIT);
  const declared = new Map(Object.entries(rules.labels));
  const decide = (given: string, labels: LabelSet | undefined, placed: Placement | undefined): RuledProfile => {
    const own = declared.get(given.trim());
    const all = own === undefined ? labels : { ...own, ...labels };
    const classified = classifier.classify(given, all, placed);
    const { namespace, environment } = classified;
    const matches = classes.classes.match(namespace, environment, all ?? NO_LABELS);
    const violations = naming?.violations(namespace, environment) ?? NO_VIOLATIONS;
    return assemble(rules.tenant, classified, attributesOf(environment, matches), violations);
  };
  return {
    ok: true,
    profiler: {
      rules,
      profile(namespace, labels, placed) {
        const isPlain = labels === undefined && placed === undefined;
        const key = isPlain ? namespace : keyOf(namespace, labels ?? NO_LABELS, placed);
        const remembered = isPlain ? memo : labelled;
        const known = remembered.get(key);
        if (known !== undefined) return known;
        const profile = decide(namespace, labels, placed);
        if (key.length <= LONGEST_KEY) remembered.set(key, profile);
        return profile;
      },
    },
  };
}

/** A namespace has a handful of labels that rarely change, and is moved once in a while. */
function keyOf(namespace: string, labels: LabelSet, placed: Placement | undefined): string {
  const printed = Object.keys(labels)
    .sort()
    .map((name) => `${JSON.stringify(name)}=${JSON.stringify(labels[name])}`);
  // Not a quoted text, as everything else in here is.
  const place = placed === undefined ? '' : `\n${placed.environment} ${placed.because}`;
  return `${JSON.stringify(namespace)}\n${printed.join('\n')}${place}`;
}

const NO_VIOLATIONS: readonly Reason[] = Object.freeze([]);

function assemble(
  tenant: string,
  classified: NamespaceClassification,
  { values, because, priority }: DecidedAttributes,
  violations: readonly Reason[],
): RuledProfile {
  const { environment, namespace, rule, policy, reasons } = classified;
  const [why, urgency] = reasons as [Reason, Reason];
  return Object.freeze({
    tenant,
    namespace,
    environment,
    priority: priority?.value ?? classified.priority,
    ...values,
    because: Object.freeze({ ...because, environment: why, priority: priority?.because ?? urgency }),
    violations,
    reasons: Object.freeze([why, ...violations]),
    rule,
    policy,
  });
}
