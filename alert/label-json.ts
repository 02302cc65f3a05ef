/**
 * A label set as JSON. It is asked for twice in a row, by the fingerprint of a new alert and by its entry: the last one is kept, for
 * writing it is a third of what either does.
 */

import type { LabelSet } from './alert.ts';

let lastLabels: LabelSet | null = null;
let lastText = '';

export function labelJson(labels: LabelSet): string {
  if (labels !== lastLabels) {
    lastText = JSON.stringify(labels);
    lastLabels = labels;
  }
  return lastText;
}
