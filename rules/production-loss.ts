/**
 * Which namespaces a change of policy would take out of production. Asked before a change is put in force
 * (gateway/production-guard.ts) and by the back-test; the policy itself may name namespaces that are meant to go.
 */

import type { Environment, LabelSet } from '../alert/alert.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { EnvironmentRules } from './environment-rules.ts';
import { compilePatternSet } from './pattern-set.ts';
import type { Profiler } from './profile.ts';

export interface ProductionLoss {
  readonly tenant: string;
  readonly namespace: string;
  readonly to: Environment;
  /** Why the candidate decides so. */
  readonly because: string;
}

/** Something that says what a namespace is; the profiler of a policy is one. */
export interface Judge {
  profile(
    namespace: string,
    labels?: LabelSet,
    placed?: Placement,
  ): { readonly environment: Environment; readonly because: { readonly environment: { readonly detail: string } } };
}

/** Of one tenant. `before` null: nothing was in force, and `wasProduction` says what it was when it was seen last. */
export function productionLoss(
  namespace: string,
  wasProduction: boolean,
  before: Judge | null,
  after: Profiler,
  placed?: Placement,
): ProductionLoss | null {
  const was = before === null ? wasProduction : isProduction(before.profile(namespace, undefined, placed));
  if (!was) return null;
  const profile = after.profile(namespace, undefined, placed);
  if (isProduction(profile) || mayLeave(after.rules.environments)(namespace)) return null;
  const { environment, because } = profile;
  return { tenant: after.rules.tenant, namespace, to: environment, because: because.environment.detail };
}

function isProduction({ environment }: { readonly environment: Environment }): boolean {
  return environment === 'production';
}

const permitted = new WeakMap<EnvironmentRules, (namespace: string) => boolean>();

/** By `leavesProduction` of the EnvironmentPolicy. */
export function mayLeave(rules: EnvironmentRules): (namespace: string) => boolean {
  const known = permitted.get(rules);
  if (known !== undefined) return known;
  const made = compileLeaving(rules.leavesProduction ?? []);
  permitted.set(rules, made);
  return made;
}

function compileLeaving(patterns: readonly string[]): (namespace: string) => boolean {
  if (patterns.length === 0) return () => false;
  const compiled = compilePatternSet(patterns, { caseSensitive: false });
  // They were checked with the rest of the policy; nothing may leave by a pattern that nobody can read.
  if (!compiled.ok) return () => false;
  return (namespace) => compiled.set.match(namespace).length > 0;
}

/** Whether they could ever disagree about a namespace's environment: if not, nobody need be asked which ones there are. */
export function sameEnvironments(a: Profiler, b: Profiler): boolean {
  return a === b || decidingText(a) === decidingText(b);
}

function decidingText({ rules: { environments, labels } }: Profiler): string {
  const { leavesProduction: _, ...deciding } = environments;
  return JSON.stringify([deciding, labels]);
}
