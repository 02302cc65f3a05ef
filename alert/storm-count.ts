/**
 * Counting the alerts of a storm rule: how many in the time frame, and by namespace, alert name and severity. The frame is kept
 * in tenths; only those that lie wholly inside it count, so that nothing is called a storm that is none.
 */

import { ENVIRONMENTS, type Environment, PRIORITIES, type Priority } from './alert.ts';
import type { WindowAlert } from './correlation.ts';

/** Counts by value; at most so many values are told apart, the rest is `other`. */
export type Counts = Record<string, number>;

/** Changed in place while it is counted: see addAlert. What leaves the state is a copy. */
export interface Breakdown {
  alerts: number;
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
  readonly fingerprints: string[];
}

/** Oldest first; at most eleven. */
export type Frame = readonly Tenth[];

const MOST_VALUES = 100;
const OTHER = 'other';

function empty(): Breakdown {
  return { alerts: 0, namespaces: {}, alertnames: {}, severities: {}, environments: {}, priorities: {} };
}

/** `named`: its fingerprint is kept, should this become a storm. Changes the frame in place where it can. */
export function countIn(frame: Frame, alert: WindowAlert, within: number, at: number, named: boolean): Frame {
  const tenth = Math.max(1, within / 10);
  const from = Math.floor(at / tenth) * tenth;
  const last = frame.at(-1);
  if (last !== undefined && last.from >= from) {
    if (named) last.fingerprints.push(alert.fingerprint);
    addAlert(last.breakdown, alert);
    return frame;
  }
  const tenthOf = { from, breakdown: addAlert(empty(), alert), fingerprints: named ? [alert.fingerprint] : [] };
  return [...insideOf(frame, within, at), tenthOf];
}

export function insideOf(frame: Frame, within: number, at: number): Frame {
  return frame.filter(({ from }) => from > at - within);
}

/** A new one. */
export function sumOf(frame: Frame): Breakdown {
  const sum = empty();
  for (const { breakdown } of frame) addAll(sum, breakdown);
  return sum;
}

export function copyOf(breakdown: Breakdown): Breakdown {
  return addAll(empty(), breakdown);
}

export function alertsIn(frame: Frame): number {
  return frame.reduce((sum, { breakdown }) => sum + breakdown.alerts, 0);
}

/** In place. */
export function addAlert(sum: Breakdown, alert: WindowAlert): Breakdown {
  const { namespace, labels, environment, priority } = alert;
  sum.alerts++;
  add(sum.namespaces, namespace, 1);
  add(sum.alertnames, labels.alertname || '(none)', 1);
  add(sum.severities, labels.severity || '(none)', 1);
  add(sum.environments, environment, 1);
  add(sum.priorities, priority, 1);
  return sum;
}

/** The most dangerous and the most urgent of its alerts. */
export function worstOf({ environments, priorities }: Breakdown): { environment: Environment; priority: Priority } {
  return {
    environment: ENVIRONMENTS.find((one) => environments[one] !== undefined) ?? 'production',
    priority: PRIORITIES.find((one) => priorities[one] !== undefined) ?? 'P1',
  };
}

const DIMENSIONS = ['namespaces', 'alertnames', 'severities', 'environments', 'priorities'] as const;

/** Into `sum`, in place. */
export function addAll(sum: Breakdown, other: Breakdown): Breakdown {
  sum.alerts += other.alerts;
  for (const dimension of DIMENSIONS) {
    for (const [value, count] of Object.entries(other[dimension])) add(sum[dimension], value, count);
  }
  return sum;
}

function add(counts: Counts, value: string, count: number): void {
  const known = Object.hasOwn(counts, value);
  // An object cannot have a field of its own with the one name that names its prototype.
  const name = known || (value !== '__proto__' && Object.keys(counts).length < MOST_VALUES) ? value : OTHER;
  counts[name] = (Object.hasOwn(counts, name) ? counts[name]! : 0) + count;
}

/** `shop 3000, billing 12 and 4 more (20)`: the most frequent first. */
export function printCounts(counts: Counts, most: number): string {
  const sorted = Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sorted.slice(0, most).map(([value, count]) => `${value} ${count}`);
  const rest = sorted.slice(most);
  if (rest.length === 0) return shown.join(', ');
  return `${shown.join(', ')} and ${rest.length} more (${rest.reduce((sum, [, count]) => sum + count, 0)})`;
}
