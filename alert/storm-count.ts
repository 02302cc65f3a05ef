/**
 * Counting the alerts of a storm rule: how many in the time frame, and by namespace, alert name and severity. The frame is kept
 * in tenths; only those that lie wholly inside it count, so that nothing is called a storm that is none.
 */

import { ENVIRONMENTS, type Environment, PRIORITIES, type Priority } from './alert.ts';
import type { WindowAlert } from './correlation.ts';

/** Counts by value; at most so many values are told apart, the rest is `other`. */
export type Counts = Readonly<Record<string, number>>;

export interface Breakdown {
  readonly alerts: number;
  readonly namespaces: Counts;
  readonly alertnames: Counts;
  readonly severities: Counts;
  readonly environments: Counts;
  readonly priorities: Counts;
}

interface Tenth {
  readonly from: number;
  readonly breakdown: Breakdown;
  /** Of its alerts, as far as they are no part of a storm yet. */
  readonly fingerprints: readonly string[];
}

/** Oldest first; at most eleven. */
export type Frame = readonly Tenth[];

const MOST_VALUES = 100;
const OTHER = 'other';

export const EMPTY: Breakdown = {
  alerts: 0,
  namespaces: {},
  alertnames: {},
  severities: {},
  environments: {},
  priorities: {},
};

/** `named`: its fingerprint is kept, should this become a storm. */
export function countIn(frame: Frame, alert: WindowAlert, within: number, at: number, named: boolean): Frame {
  const tenth = Math.max(1, within / 10);
  const from = Math.floor(at / tenth) * tenth;
  const last = frame.at(-1);
  if (last !== undefined && last.from >= from) {
    const { from: began, breakdown, fingerprints } = last;
    // In place: a state has one owner, and a tenth may take in thousands.
    if (named) (fingerprints as string[]).push(alert.fingerprint);
    return [...frame.slice(0, -1), { from: began, breakdown: addAlert(breakdown, alert), fingerprints }];
  }
  const tenthOf = { from, breakdown: addAlert(EMPTY, alert), fingerprints: named ? [alert.fingerprint] : [] };
  return [...insideOf(frame, within, at), tenthOf];
}

export function insideOf(frame: Frame, within: number, at: number): Frame {
  return frame.filter(({ from }) => from > at - within);
}

export function sumOf(frame: Frame): Breakdown {
  return frame.reduce((sum, { breakdown }) => addAll(sum, breakdown), EMPTY);
}

export function addAlert(sum: Breakdown, { namespace, labels, environment, priority }: WindowAlert): Breakdown {
  return {
    alerts: sum.alerts + 1,
    namespaces: add(sum.namespaces, namespace, 1),
    alertnames: add(sum.alertnames, labels.alertname || '(none)', 1),
    severities: add(sum.severities, labels.severity || '(none)', 1),
    environments: add(sum.environments, environment, 1),
    priorities: add(sum.priorities, priority, 1),
  };
}

/** The most dangerous and the most urgent of its alerts. */
export function worstOf({ environments, priorities }: Breakdown): { environment: Environment; priority: Priority } {
  return {
    environment: ENVIRONMENTS.find((one) => environments[one] !== undefined) ?? 'production',
    priority: PRIORITIES.find((one) => priorities[one] !== undefined) ?? 'P1',
  };
}

export function addAll(a: Breakdown, b: Breakdown): Breakdown {
  const merge = (into: Counts, from: Counts) =>
    Object.entries(from).reduce((sum, [value, count]) => add(sum, value, count), into);
  return {
    alerts: a.alerts + b.alerts,
    namespaces: merge(a.namespaces, b.namespaces),
    alertnames: merge(a.alertnames, b.alertnames),
    severities: merge(a.severities, b.severities),
    environments: merge(a.environments, b.environments),
    priorities: merge(a.priorities, b.priorities),
  };
}

function add(counts: Counts, value: string, count: number): Counts {
  const known = Object.hasOwn(counts, value);
  const name = known || Object.keys(counts).length < MOST_VALUES ? value : OTHER;
  return { ...counts, [name]: (Object.hasOwn(counts, name) ? counts[name]! : 0) + count };
}

/** `shop 3000, billing 12 and 4 more (20)`: the most frequent first. */
export function printCounts(counts: Counts, most: number): string {
  const sorted = Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sorted.slice(0, most).map(([value, count]) => `${value} ${count}`);
  const rest = sorted.slice(most);
  if (rest.length === 0) return shown.join(', ');
  return `${shown.join(', ')} and ${rest.length} more (${rest.reduce((sum, [, count]) => sum + count, 0)})`;
}
