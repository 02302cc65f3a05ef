/**
 * What must not be stored is masked in the alert itself, before it goes anywhere. Its fingerprint stays that of the labels that
 * came: alerts that differ in what is masked stay apart, and a changed rule orphans none (docs/decisions/76-masking.md).
 */

import type { Alert, LabelSet } from '../alert/alert.ts';
import { linkOrNone, type MaskRule, MaskRules, type Replace, type Words } from './mask-rules.ts';

export type MaskAlert = (alert: Alert) => Alert;

/** null: there is nothing to mask. Throws for a pattern that RE2 refuses: the schema has checked it. */
export function compileAlertMask(declared: readonly MaskRule[]): MaskAlert | null {
  if (declared.length === 0) return null;
  const rules = new MaskRules(declared);
  return (alert) => {
    const words: Words = new Map();
    const labels = rules.fields('labels', alert.labels, words);
    const annotations = rules.fields('annotations', alert.annotations, words);
    const text = rules.texts(words);
    return {
      ...alert,
      labels: withTexts(labels, text),
      annotations: withTexts(annotations, text),
      generatorURL: linkOrNone(text(alert.generatorURL)),
    };
  };
}

/** An empty label equals a missing one: a rule that replaces by nothing takes it away. */
function withTexts(set: LabelSet, text: Replace): LabelSet {
  const shown = Object.entries(set).map(([name, value]) => [name, text(value)] as const);
  return Object.fromEntries(shown.filter(([, value]) => value !== ''));
}
