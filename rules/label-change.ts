/** What rules made of an alert's labels: which changed, and whether they have grown out of hand. */

import type { LabelSet } from '../alert/alert.ts';

const MOST_NAMED = 6;

/** For a reason: `team, tier and 3 more`. */
export function changedNames(before: LabelSet, after: LabelSet): string {
  const changed = Object.keys(after).filter((name) => before[name] !== after[name]);
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const names = [...changed, ...gone.map((name) => `${name} (taken away)`)];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** UTF-16 units of all names and values. A dozen steps that double something would fill the memory. */
const MOST_TEXT = 256 * 1024;

export function isGrownTooLarge(before: LabelSet, after: LabelSet): boolean {
  if (before === after) return false;
  const size = textIn(after);
  return size > MOST_TEXT && size > textIn(before);
}

function textIn(labels: LabelSet): number {
  let units = 0;
  for (const name in labels) units += name.length + labels[name]!.length;
  return units;
}
