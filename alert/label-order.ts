/**
 * The order of label names that Alertmanager sorts by: that of their UTF-8 bytes. JavaScript compares UTF-16 code units,
 * which differs where a surrogate pair meets a character from U+E000 up.
 */

import type { LabelSet } from './alert.ts';

export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Lifts surrogates, which stand for the highest code points, above the rest of the basic plane. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

export function sortedNames(labels: LabelSet): string[] {
  const names = Object.keys(labels);
  return isSorted(names) ? names : names.sort(compareUtf8);
}

/** Senders written in Go sort their labels already: looking is cheaper than sorting. */
export function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) {
    if (compareUtf8(names[i - 1]!, names[i]!) > 0) return false;
  }
  return true;
}

/** A missing label equals an empty one. Also keeps names such as `constructor` from finding Object's own properties. */
export function labelValue(labels: LabelSet, name: string): string {
  const value: unknown = labels[name];
  return typeof value === 'string' ? value : '';
}

export function sameLabels(a: LabelSet, b: LabelSet): boolean {
  if (a === b) return true;
  let extra = 0;
  for (const name in a) {
    if (a[name] !== b[name]) return false;
    extra++;
  }
  for (const _ in b) extra--;
  return extra === 0;
}
