/** What would hold a tenant's alerts back now, made from what fires and what people silenced: for a dry run outside of a partition. */

import type { Alert } from './alert.ts';
import { seenLabels } from './hold.ts';
import { evolveHolds, type HoldsState } from './holds-state.ts';
import { decideMeaning } from './meaning.ts';
import { knownAttributes } from './namespace.ts';
import type { Policy } from './policy.ts';
import type { Silence } from './silence.ts';

/** An alert that fires, as far as rules look at it. */
export type FiringAlert = Omit<Alert, 'status'>;

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
): HoldsState | null {
  const of = { key: tenant, at: now };
  const trial = { ...policy, filter: policy.tryFilter };
  let state: HoldsState | null = null;
  for (const silence of silences) {
    state = evolveHolds(state, { type: 'holds.silence', ...of, id: silence.id, silence });
  }
  for (const alert of firing) {
    if (alert.tenant !== tenant) continue;
    const { routing, dropped } = decideMeaning(alert, trial, now);
    if (dropped || routing.inhibits !== true) continue;
    const { environment, priority, shown = alert.labels } = routing;
    const labels = seenLabels({ tenant, labels: shown, environment, priority, ...knownAttributes(routing) });
    state = evolveHolds(state, { type: 'holds.inhibitor', ...of, fingerprint: alert.fingerprint, labels });
  }
  return state;
}
