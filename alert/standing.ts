/** What people and other alerts have to say of a tenant's alerts now, for a dry run outside of a partition: holds, and where namespaces were put. */

import type { Alert } from './alert.ts';
import { seenLabels } from './hold.ts';
import { evolveHolds, type HoldsState } from './holds-state.ts';
import { decideMeaning, type Known } from './meaning.ts';
import { knownAttributes, namespaceOf } from './namespace.ts';
import type { Policy } from './policy.ts';
import type { Placement } from './promotion-state.ts';
import type { Silence } from './silence.ts';

/** An alert that fires, as far as rules look at it. */
export type FiringAlert = Omit<Alert, 'status'>;

export interface Standing {
  /** null: nothing holds anything back. */
  readonly holds: HoldsState | null;
  /** By namespace: where people put it by a promotion. */
  readonly placements: ReadonlyMap<string, Placement>;
}

const NOWHERE: ReadonlyMap<string, Placement> = new Map();

/**
 * `firing`: decided anew by `policy`, which may be another than the one that decided before. Incidents and storms play no part:
 * they follow from what came before.
 */
export function standingHolds(
  policy: Policy,
  tenant: string,
  firing: readonly FiringAlert[],
  silences: readonly Silence[],
  now: number,
  placements: ReadonlyMap<string, Placement> = NOWHERE,
): Standing {
  const of = { key: tenant, at: now };
  const trial = { ...policy, filter: policy.tryFilter };
  let state: HoldsState | null = null;
  for (const silence of silences) {
    state = evolveHolds(state, { type: 'holds.silence', ...of, id: silence.id, silence });
  }
  for (const alert of firing) {
    if (alert.tenant !== tenant) continue;
    const { routing, dropped } = decideMeaning(alert, trial, now, placedBy(placements, alert));
    if (dropped || routing.inhibits !== true) continue;
    const { environment, priority, shown = alert.labels } = routing;
    const labels = seenLabels({ tenant, labels: shown, environment, priority, ...knownAttributes(routing) });
    state = evolveHolds(state, { type: 'holds.inhibitor', ...of, fingerprint: alert.fingerprint, labels });
  }
  return { holds: state, placements };
}

/** As meaning.ts takes it. */
export function placedBy(placements: ReadonlyMap<string, Placement>, { labels }: Pick<Alert, 'labels'>): Known {
  const placed = placements.get(namespaceOf(labels));
  return placed === undefined ? {} : { placed };
}
