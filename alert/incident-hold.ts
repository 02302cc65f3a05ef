/**
 * What the groups must know of an incident to hold its alerts back (hold.ts): the children of a parent that fires, or whatever
 * meets a storm's rule while the storm lasts.
 */

import type { LabelSet, Priority } from './alert.ts';
import { keyValue } from './correlation.ts';
import { namespaceOf } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold, Policy } from './policy.ts';
import { reason } from './reason.ts';

export type IncidentHold =
  | {
      readonly kind: 'children';
      readonly incident: string;
      readonly rule: string;
      /** Fingerprints. */
      readonly parent: string;
      readonly parentName: string;
      readonly children: readonly string[];
    }
  | {
      readonly kind: 'storm';
      readonly incident: string;
      readonly rule: string;
      readonly groupedBy: LabelSet;
      readonly hold: readonly Priority[];
      /** Fingerprints; null: whatever meets the rule, while too many come. */
      readonly members: readonly string[] | null;
      /** Fingerprints of those that came within the limit, before it was a storm: they are told. */
      readonly spared?: readonly string[];
      /** Fingerprint of the summary, which must not hold itself back. */
      readonly summary: string;
    };

/** By incident. */
export type IncidentHolds = ReadonlyMap<string, IncidentHold>;

interface Index {
  readonly byChild: ReadonlyMap<string, IncidentHold & { readonly kind: 'children' }>;
  readonly storms: readonly IndexedStorm[];
}

interface IndexedStorm {
  readonly storm: StormHold;
  readonly members: ReadonlySet<string> | null;
  readonly spared: ReadonlySet<string>;
}

type StormHold = IncidentHold & { readonly kind: 'storm' };

const indexes = new WeakMap<IncidentHolds, Index>();

/** After a change of the map, which is made in place. */
export function forgetIndex(incidents: IncidentHolds): void {
  indexes.delete(incidents);
}

/**
 * A parent is never held as the child of another incident: two incidents could each hold the other's parent, and nobody would
 * be told anything.
 */
function indexOf(incidents: IncidentHolds): Index {
  let index = indexes.get(incidents);
  if (index !== undefined) return index;
  const holds = [...incidents.values()].sort((a, b) => (a.incident < b.incident ? -1 : 1));
  const parents = new Set(holds.flatMap((hold) => (hold.kind === 'children' ? [hold.parent] : [])));
  const byChild = new Map<string, IncidentHold & { readonly kind: 'children' }>();
  for (const hold of holds) {
    if (hold.kind !== 'children') continue;
    for (const child of hold.children) if (!parents.has(child) && !byChild.has(child)) byChild.set(child, hold);
  }
  const storms = holds.filter((hold) => hold.kind === 'storm');
  index = {
    byChild,
    storms: storms.map((storm) => {
      const members = storm.members === null ? null : new Set(storm.members);
      return { storm, members, spared: new Set(storm.spared) };
    }),
  };
  indexes.set(incidents, index);
  return index;
}

/** `labels` as matchers see them. */
export function incidentHold(
  incidents: IncidentHolds,
  alert: GroupedAlert,
  labels: LabelSet,
  policy: Policy,
): Hold | null {
  if (incidents.size === 0) return null;
  const { byChild, storms } = indexOf(incidents);
  const under = byChild.get(alert.fingerprint);
  if (under !== undefined) {
    const { incident, rule, parent, parentName } = under;
    const detail = `part of incident ${incident} (rule ${rule}) while its parent ${parentName} ${parent} fires`;
    return { reason: reason('hold.correlated', detail), until: null };
  }
  const found = storms.find((storm) => isIn(storm, alert, labels, policy));
  if (found === undefined) return null;
  const { storm } = found;
  const detail = `summarised in storm ${storm.incident} (rule ${storm.rule})`;
  return { reason: reason('hold.storm', detail), until: null };
}

function isIn(
  { storm, members, spared }: IndexedStorm,
  alert: GroupedAlert,
  labels: LabelSet,
  policy: Policy,
): boolean {
  if (!storm.hold.includes(alert.priority) || alert.fingerprint === storm.summary) return false;
  if (spared.has(alert.fingerprint)) return false;
  if (members !== null) return members.has(alert.fingerprint);
  const seen = { labels, namespace: namespaceOf(labels) };
  for (const name in storm.groupedBy) if (keyValue(seen, name) !== storm.groupedBy[name]) return false;
  const condition = policy.correlations(alert.tenant).find(({ rule }) => rule.name === storm.rule);
  return condition?.judge(labels).met === true;
}
