/**
 * From a window of alerts to incidents: which of them belong together, which one is the parent, and by what evidence.
 *
 * For each rule: its alerts are parted by their groupBy values; within a part, alerts close in time are linked where the rule's
 * similarity says so; what hangs together and reaches the threshold is an incident. The parent is one of those that the rule names
 * as one, else any; of several the kind that people took on most in earlier incidents, and then the earliest. Pure; the order of the alerts does not matter.
 */

import { ENVIRONMENTS, type LabelSet, PRIORITIES } from '../alert/alert.ts';
import {
  type CorrelationRule,
  type Finding,
  keyValue,
  type Learnt,
  type Topology,
  type WindowAlert,
} from '../alert/correlation.ts';
import { evidenceOf } from './correlation-evidence.ts';
import { LabelSets, linkAlike } from './similarity.ts';
import { type Template, TemplateTree } from './template-tree.ts';
import { UnionFind } from './union-find.ts';

/** The alerts in order of time, with what is worked out once for all rules. */
interface Window {
  readonly alerts: readonly WindowAlert[];
  /** By place in `alerts`; null where there is no message. */
  readonly templates: readonly (Template | null)[];
  readonly labels: LabelSets;
  readonly learnt: readonly Learnt[];
}

/** `learnt`: of earlier incidents. */
export function correlate(
  alerts: readonly WindowAlert[],
  rules: readonly CorrelationRule[],
  learnt: readonly Learnt[] = [],
): Finding[] {
  const ordered = [...alerts].sort(byStart);
  const ruling = rules.filter(({ action }) => action !== 'storm');
  const wants = (what: (rule: CorrelationRule) => boolean) => ruling.some(what);
  const window: Window = {
    alerts: ordered,
    templates: wants(({ similarity }) => similarity?.message === true) ? templatesOf(ordered) : [],
    labels: new LabelSets(
      wants(({ similarity }) => similarity?.labels != null) ? ordered.map(({ labels }) => labels) : [],
    ),
    learnt,
  };
  return ruling.flatMap((rule) => incidentsOf(window, rule));
}

function byStart(a: WindowAlert, b: WindowAlert): number {
  return a.startsAt - b.startsAt || (a.fingerprint < b.fingerprint ? -1 : a.fingerprint > b.fingerprint ? 1 : 0);
}

/** An alert's name is kept: it is part of what it says. Its other labels stand in most messages with their values. */
function templatesOf(alerts: readonly WindowAlert[]): (Template | null)[] {
  const tree = new TemplateTree();
  return alerts.map(({ message, labels }) => {
    if (message === '') return null;
    const { alertname: _, ...others } = labels;
    return tree.learn(message, new Set(Object.values(others)));
  });
}

function incidentsOf(window: Window, rule: CorrelationRule): Finding[] {
  const findings: Finding[] = [];
  for (const [, part] of partsOf(window, rule)) {
    for (const members of linkedIn(window, part, rule)) {
      if (members.length < Math.max(2, rule.threshold)) continue;
      const parent = parentOf(window, members, rule);
      if (parent !== null) findings.push(findingOf(window, members, parent, rule));
    }
  }
  return findings;
}

/** Places of the rule's alerts by what must be equal. An alert that lacks one of these values is in no part. */
function partsOf(window: Window, rule: CorrelationRule): Map<string, number[]> {
  const { similarity } = rule;
  const all = similarity?.need === 'all' ? similarity : null;
  const parts = new Map<string, number[]>();
  for (const [place, alert] of window.alerts.entries()) {
    if (!alert.rules.includes(rule.name)) continue;
    const values = rule.groupBy.map((name) => keyValue(alert, name));
    if (all?.message === true) values.push(templateKey(window, place));
    if (all?.plugin !== undefined) values.push(alert.keys?.[all.plugin] ?? '');
    for (const topology of all?.topology ?? []) values.push(placeIn(alert, topology));
    if (values.includes('')) continue;
    const key = values.join('\0');
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [place]);
    else part.push(place);
  }
  return parts;
}

function templateKey({ templates }: Window, place: number): string {
  const template = templates[place] ?? null;
  return template === null ? '' : String(template.id);
}

/** A namespace is a place within its node or cluster as it stands; an owner is one in its namespace. */
function placeIn(alert: WindowAlert, topology: Topology): string {
  if (topology !== 'owner' || alert.owner === '') return alert[topology];
  return `${alert.namespace}/${alert.owner}`;
}

function linkedIn(window: Window, part: readonly number[], { similarity, within }: CorrelationRule): number[][] {
  const { alerts } = window;
  const near = (earlier: number, later: number) => alerts[later]!.startsAt - alerts[earlier]!.startsAt <= within;
  const links = new UnionFind(part);
  const link = (a: number, b: number) => links.join(a, b);
  const any = similarity !== null && similarity.need === 'any';
  if (any && similarity.message) linkEqual(part, (place) => templateKey(window, place), near, link);
  const plugin = any ? similarity.plugin : undefined;
  if (plugin !== undefined) linkEqual(part, (place) => alerts[place]!.keys?.[plugin] ?? '', near, link);
  for (const topology of any ? similarity.topology : []) {
    linkEqual(part, (place) => placeIn(alerts[place]!, topology), near, link);
  }
  if (similarity !== null && similarity.labels !== null) {
    linkAlike(window.labels, part, similarity.labels, near, (a, b) => links.joined(a, b), link);
  } else if (!any) linkEqual(part, () => 'all', near, link);
  return links.sets();
}

/** Links each with the one of the same value before it. Empty values are none. */
function linkEqual(
  part: readonly number[],
  value: (place: number) => string,
  near: (earlier: number, later: number) => boolean,
  link: (earlier: number, later: number) => void,
): void {
  const last = new Map<string, number>();
  for (const place of part) {
    const own = value(place);
    if (own === '') continue;
    const before = last.get(own);
    if (before !== undefined && near(before, place)) link(before, place);
    last.set(own, place);
  }
}

/** null: the rule asks for a parent and none of them can be it. */
function parentOf({ alerts, learnt }: Window, members: readonly number[], rule: CorrelationRule): number | null {
  const candidates = members.filter((place) => alerts[place]!.parentOf.includes(rule.name));
  if (rule.needsParent && candidates.length === 0) return null;
  const rank = (place: number) => {
    const { startsAt, environment, priority } = alerts[place]!;
    return [
      -shareTaken(learnt, rule, alerts[place]!),
      startsAt,
      ENVIRONMENTS.indexOf(environment),
      PRIORITIES.indexOf(priority),
      place,
    ];
  };
  return [...(candidates.length > 0 ? candidates : members)].sort((a, b) => compare(rank(a), rank(b)))[0]!;
}

/** From so many incidents on the past says something. */
const FEWEST_INCIDENTS = 3;

function pastOf(learnt: readonly Learnt[], { name }: CorrelationRule, { labels }: WindowAlert): Learnt | null {
  const past = learnt.find(({ rule, alertname }) => rule === name && alertname === (labels.alertname ?? ''));
  return past === undefined || past.incidents < FEWEST_INCIDENTS || past.taken === 0 ? null : past;
}

function shareTaken(learnt: readonly Learnt[], rule: CorrelationRule, alert: WindowAlert): number {
  const past = pastOf(learnt, rule, alert);
  return past === null ? 0 : past.taken / past.incidents;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

function findingOf(window: Window, members: readonly number[], parent: number, rule: CorrelationRule): Finding {
  const alerts = members.map((place) => window.alerts[place]!);
  const templates = members.map((place) => window.templates[place] ?? null);
  const key: Record<string, string> = {};
  for (const name of rule.groupBy) key[name] = keyValue(alerts[0]!, name);
  const { evidence, by } = evidenceOf(alerts, templates, rule, pastOf(window.learnt, rule, window.alerts[parent]!));
  return {
    rule: rule.name,
    key: key satisfies LabelSet,
    parent: window.alerts[parent]!.fingerprint,
    members: alerts.map(({ fingerprint }, i) => ({ fingerprint, by: by[i]! })),
    evidence,
  };
}
