/** Runs in a thread of the pool: one batch of names against one set of rules, or one window of alerts. */

import type { Finding } from '../alert/correlation.ts';
import { type CompiledClassifier, compileClassifier } from './classify.ts';
import { correlate } from './correlate.ts';
import type { BulkResult, ClassifyTask, CorrelateTask } from './pool.ts';

/** The last rules of this thread: the batches of one run come one after another. */
let last: { readonly rules: string; readonly compiled: CompiledClassifier } | null = null;

export default function classifyBatch({ rules, names }: ClassifyTask): BulkResult {
  if (last?.rules !== rules) last = { rules, compiled: compileClassifier(JSON.parse(rules)) };
  const { compiled } = last;
  if (!compiled.ok) return compiled;
  const classifications = names.map((name) => {
    const { namespace, environment, priority, reasons, rule } = compiled.classifier.classify(name);
    return { namespace, environment, priority, reason: reasons[0]!.code, rule };
  });
  return { ok: true, classifications };
}

export function correlateWindow({ alerts, rules }: CorrelateTask): Finding[] {
  return correlate(alerts, rules);
}
