import type { LabelSet } from '../alert/alert.ts';

/** The pairs that all sets have: Alertmanager's commonLabels and commonAnnotations. */
export function sharedLabels(sets: readonly LabelSet[]): LabelSet {
  const [first, ...others] = sets;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((set) => Object.hasOwn(set, name) && set[name] === value),
    ),
  );
}
