/** What matchers see of an alert, kept beside its row so that a silence can be tried on it. Pure. */

import type { Environment, LabelSet, Priority } from '../../alert/alert.ts';
import type { Routing } from '../../alert/event.ts';
import { seenLabels } from '../../alert/hold.ts';
import { type KnownAttributes, knownAttributes } from '../../alert/namespace.ts';
import type { AlertRow } from '../schema.ts';

interface Seen extends KnownAttributes {
  /** The labels as Filters left them. Left out where they are the alert's own. */
  readonly shown?: LabelSet;
}

export function seenColumn(routing: Routing): string {
  const { shown } = routing;
  return JSON.stringify({ ...(shown === undefined ? {} : { shown }), ...knownAttributes(routing) } satisfies Seen);
}

export function labelsSeen(row: Pick<AlertRow, 'labels' | 'seen' | 'environment' | 'priority' | 'tenant'>): LabelSet {
  const { shown, ...known } = JSON.parse(row.seen) as Seen;
  const labels = shown ?? (JSON.parse(row.labels) as LabelSet);
  const { tenant } = row;
  const environment = row.environment as Environment;
  return seenLabels({ labels, environment, priority: row.priority as Priority, tenant, ...known });
}
