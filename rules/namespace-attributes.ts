/** The attributes of a namespace: each from the most specific class that declares it, else from its environment. */

import type { Environment, Priority } from '../alert/alert.ts';
import { NAMESPACE_ATTRIBUTES, type NamespaceAttribute, type NamespaceAttributes } from '../alert/namespace.ts';
import { type Reason, reason } from '../alert/reason.ts';
import type { DeclaredAttributes, EnvironmentRules } from './environment-rules.ts';
import { Memo } from './memo.ts';
import { type ClassMatch, weighsTheSame } from './namespace-class.ts';

export interface DecidedAttributes {
  readonly values: NamespaceAttributes;
  readonly because: Readonly<Record<NamespaceAttribute, Reason>>;
  /** null: no class says anything of it. */
  readonly priority: { readonly value: Priority; readonly because: Reason } | null;
}

/** `matches`: the most specific first. */
export type DecideAttributes = (environment: Environment, matches: readonly ClassMatch[]) => DecidedAttributes;

const MEMO_LIMIT = 8192;

/** Namespaces are many, and what is said of them is little: the same classes in the same environment share one answer. */
export function attributesBy(rules: EnvironmentRules): DecideAttributes {
  const memo = new Memo<DecidedAttributes>(MEMO_LIMIT);
  return (environment, matches) => {
    let key: string = environment;
    for (const { id } of matches) key += `,${id}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const decided = decideAll(rules, environment, matches);
    memo.set(key, decided);
    return decided;
  };
}

function decideAll(
  rules: EnvironmentRules,
  environment: Environment,
  matches: readonly ClassMatch[],
): DecidedAttributes {
  const attributes = rules.environments.find(({ name }) => name === environment)?.attributes ?? {};
  const fallback: Fallback = { attributes, text: `${environment} in EnvironmentPolicy ${rules.policy}` };
  const decided = NAMESPACE_ATTRIBUTES.map((name) => [name, decideAttribute(name, matches, fallback)] as const);
  const values = Object.fromEntries(decided.map(([name, { value }]) => [name, value])) as unknown;
  const because = Object.fromEntries(decided.map(([name, one]) => [name, Object.freeze(one.because)])) as unknown;
  const urgent = matches.find(({ rule }) => rule.attributes.priority !== undefined);
  const value = urgent?.rule.attributes.priority;
  const priority =
    urgent === undefined || value === undefined
      ? null
      : { value, because: Object.freeze(reason('priority.namespace', `${value}, ${urgent.text}`)) };
  return {
    values: values as NamespaceAttributes,
    because: because as DecidedAttributes['because'],
    priority,
  };
}

/** What the environment says. */
interface Fallback {
  readonly attributes: DeclaredAttributes;
  readonly text: string;
}

interface DecidedAttribute {
  readonly value: unknown;
  readonly because: Reason;
}

function decideAttribute(
  name: NamespaceAttribute,
  matches: readonly ClassMatch[],
  fallback: Fallback,
): DecidedAttribute {
  if (name === 'compliance') return addUp(matches, fallback);
  const declaring = matches.filter(({ rule }) => rule.attributes[name] !== undefined);
  const [first, second] = declaring;
  if (first !== undefined) {
    const value = first.rule.attributes[name];
    const detail = `${name} ${shown(value)}: ${first.text}`;
    const rival =
      second !== undefined && weighsTheSame(first, second) && shown(value) !== shown(second.rule.attributes[name]);
    if (!rival) return { value, because: reason('namespace.class', detail) };
    return {
      value,
      because: reason(
        'namespace.ambiguous',
        `${detail}; as much ${shown(second.rule.attributes[name])}: ${second.text}`,
      ),
    };
  }
  const value = fallback.attributes[name];
  if (value !== undefined)
    return { value, because: reason('namespace.environment', `${name} ${shown(value)}: ${fallback.text}`) };
  return { value: null, because: reason('namespace.unset', `${name}: no rule gives it`) };
}

function addUp(matches: readonly ClassMatch[], fallback: Fallback): DecidedAttribute {
  const sources = [
    ...matches.map(({ rule, text }) => ({
      tags: rule.attributes.compliance ?? [],
      text,
      code: 'namespace.class' as const,
    })),
    { tags: fallback.attributes.compliance ?? [], text: fallback.text, code: 'namespace.environment' as const },
  ].filter(({ tags }) => tags.length > 0);
  const value = Object.freeze([...new Set(sources.flatMap(({ tags }) => tags))].sort());
  const [first] = sources;
  if (first === undefined) return { value, because: reason('namespace.unset', 'compliance: no rule gives it') };
  const detail = sources.map(({ tags, text }) => `${tags.join(', ')}: ${text}`).join('; ');
  return { value, because: reason(first.code, `compliance ${detail}`) };
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, objective } = value as { name?: string; objective?: number | null };
  return objective == null ? String(name) : `${name} (${objective} %)`;
}
