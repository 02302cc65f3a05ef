/** One attribute of a namespace: from the most specific class that declares it, else from its environment. */

import type { NamespaceAttribute } from '../alert/namespace.ts';
import { type Reason, reason } from '../alert/reason.ts';
import type { DeclaredAttributes } from './environment-rules.ts';
import { type ClassMatch, weighsTheSame } from './namespace-class.ts';

/** What the environment says. */
export interface Fallback {
  readonly attributes: DeclaredAttributes;
  readonly text: string;
}

export interface DecidedAttribute {
  readonly value: unknown;
  readonly because: Reason;
}

/** `matches`: the most specific first. */
export function decideAttribute(
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
