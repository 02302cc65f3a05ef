/** What keeps the alerts of a group back now. */

import type { GroupState } from './group-state.ts';
import { decideHold, holdContext } from './hold.ts';
import type { HoldsState } from './holds-state.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold, Policy } from './policy.ts';

/** By fingerprint. */
export function holdsOf(
  { group, alerts }: GroupState,
  now: number,
  policy: Policy,
  known: HoldsState | null,
): ReadonlyMap<string, Hold> {
  const context = holdContext(group.tenant, group.timing, known, policy, now);
  const holds = new Map<string, Hold>();
  for (const alert of alerts) {
    const hold = decideHold(alert, context);
    if (hold !== null) holds.set(alert.fingerprint, hold);
  }
  return holds;
}

/** Only those of alerts that fire. */
export function holdsOfFiring(
  firing: readonly GroupedAlert[],
  holds: ReadonlyMap<string, Hold>,
): ReadonlyMap<string, Hold> {
  if (holds.size === 0) return holds;
  return new Map(
    firing.flatMap(({ fingerprint }) => {
      const hold = holds.get(fingerprint);
      return hold === undefined ? [] : [[fingerprint, hold] as const];
    }),
  );
}
