/** What the alerts of an incident have in common, in words, and which of it holds for which alert. */

import {
  type CorrelationRule,
  type Evidence,
  type EvidenceKind,
  type Learnt,
  TOPOLOGY,
  type WindowAlert,
} from '../alert/correlation.ts';
import { sortedNames } from '../alert/label-order.ts';
import { quote } from '../alert/quote.ts';
import type { Template } from './template-tree.ts';

/** Values of one kind that are named; an incident over 300 nodes is not explained by listing them. */
const MOST_VALUES = 3;
const MOST_PAIRS = 8;

interface Collected {
  readonly evidence: readonly Evidence[];
  /** Per alert, places in `evidence`. */
  readonly by: readonly (readonly number[])[];
}

/** `alerts` in order of time; `templates` beside them; `past`: of alerts of the parent's name. */
export function evidenceOf(
  alerts: readonly WindowAlert[],
  templates: readonly (Template | null)[],
  rule: CorrelationRule,
  past: Learnt | null,
): Collected {
  const evidence: Evidence[] = [];
  const by: number[][] = alerts.map(() => []);
  const add = (kind: EvidenceKind, text: string, holds: (index: number) => boolean) => {
    let count = 0;
    for (const [index, places] of by.entries()) {
      if (!holds(index)) continue;
      places.push(evidence.length);
      count++;
    }
    evidence.push({ kind, text, alerts: count });
  };
  add('rule', ruleText(alerts.length, rule), () => true);
  add('time', timeText(alerts, rule), () => true);
  const shared = sharedPairs(alerts);
  if (shared.length > 0) add('labels', `all have ${printPairs(shared)}`, () => true);
  if (rule.similarity?.labels != null) {
    add('likeness', `label sets at least ${rule.similarity.labels} alike (weighted Jaccard)`, () => true);
  }
  for (const [template] of mostCommon(templates)) {
    add('template', `message ${quote(template.text())}`, (index) => templates[index] === template);
  }
  const plugin = rule.similarity?.plugin ?? '';
  const keys = alerts.map((alert) => alert.keys?.[plugin] ?? null);
  for (const [key] of mostCommon(keys)) {
    add('plugin', `plug-in ${plugin}: ${quote(key)}`, (index) => keys[index] === key);
  }
  for (const kind of TOPOLOGY) {
    for (const [value] of mostCommon(alerts.map((alert) => alert[kind] || null))) {
      add(kind, `same ${kind} ${value}`, (index) => alerts[index]![kind] === value);
    }
  }
  if (past !== null) add('history', historyText(past), (index) => alerts[index]!.labels.alertname === past.alertname);
  return { evidence, by };
}

function ruleText(found: number, { name, threshold, within, groupBy }: CorrelationRule): string {
  const keys = groupBy.length === 0 ? '' : ` by ${groupBy.join(', ')}`;
  return `rule ${name}: ${found} alerts${keys}, at least ${Math.max(2, threshold)} within ${seconds(within)}`;
}

function timeText(alerts: readonly WindowAlert[], { within }: CorrelationRule): string {
  const span = alerts.at(-1)!.startsAt - alerts[0]!.startsAt;
  return `started within ${seconds(span)}, each at most ${seconds(within)} after another`;
}

function historyText({ rule, alertname, taken, incidents }: Learnt): string {
  return `in ${taken} of ${incidents} earlier incidents of rule ${rule} with alerts ${alertname} people took one of these on`;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

type Pair = readonly [name: string, value: string];

function sharedPairs(alerts: readonly WindowAlert[]): Pair[] {
  const first = alerts[0]!.labels;
  const pairs = sortedNames(first).map((name): Pair => [name, first[name]!]);
  // A label that none of them has is no evidence.
  return pairs.filter(([name, value]) => value !== '' && alerts.every(({ labels }) => labels[name] === value));
}

function printPairs(pairs: readonly Pair[]): string {
  const printed = pairs.slice(0, MOST_PAIRS).map(([name, value]) => `${name}=${quote(value)}`);
  const more = pairs.length - printed.length;
  return `${printed.join(', ')}${more > 0 ? ` and ${more} more labels` : ''}`;
}

/** The values that at least two have, the most common first; of equally common ones the one that came first. */
function mostCommon<T>(values: readonly (T | null)[]): [value: T, count: number][] {
  const counts = new Map<T, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const common = [...counts].filter(([, count]) => count > 1);
  return common.sort((a, b) => b[1] - a[1]).slice(0, MOST_VALUES);
}
