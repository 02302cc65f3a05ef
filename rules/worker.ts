/** Runs in a thread of the pool: one batch of names against one set of rules, or one window of alerts. */

import type { Finding } from '../alert/correlation.ts';
import { NAMESPACE_ATTRIBUTES, type NamespaceAttributes } from '../alert/namespace.ts';
import { correlate } from './correlate.ts';
import type { BulkClassification, BulkResult, ClassifyTask, CorrelateTask } from './pool.ts';
import { type CompiledProfiler, compileProfiler, type RuledProfile } from './profile.ts';

/** The last rules of this thread: the batches of one run come one after another. */
let last: { readonly rules: string; readonly compiled: CompiledProfiler } | null = null;

export default function classifyBatch({ rules, names, placed }: ClassifyTask): BulkResult {
  if (last?.rules !== rules) last = { rules, compiled: compileProfiler(JSON.parse(rules)) };
  const { compiled } = last;
  if (!compiled.ok) return compiled;
  const { profiler } = compiled;
  const classifications = names.map((name) => classificationOf(profiler.profile(name, undefined, placed.get(name))));
  return { ok: true, classifications };
}

function classificationOf(profile: RuledProfile): BulkClassification {
  const { namespace, environment, priority, because, rule, violations } = profile;
  const { code: reason, detail } = because.environment;
  const attributes = Object.fromEntries(NAMESPACE_ATTRIBUTES.map((name) => [name, profile[name]])) as unknown;
  return {
    namespace,
    environment,
    priority,
    reason,
    detail,
    rule,
    attributes: attributes as NamespaceAttributes,
    violations: violations.length,
  };
}

export function correlateWindow({ alerts, rules, learnt }: CorrelateTask): Finding[] {
  return correlate(alerts, rules, learnt);
}
