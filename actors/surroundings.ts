/** What deciding about one entity may see of the others in its partition: looked at, never changed. */

import type { HoldsState } from '../alert/holds-state.ts';
import type { AlertState } from '../alert/lifecycle.ts';
import type { PromotionsState } from '../alert/promotion-state.ts';
import type { Entities } from './entities.ts';
import type { Kinds } from './recovery.ts';

export interface Surroundings {
  /** What holds alerts of the tenant back, as this partition knows it. */
  holds(tenant: string): HoldsState | null;
  /** Where promotions put the namespaces of the tenant. */
  placements(tenant: string): PromotionsState['placements'] | null;
  /** Of an alert, by its key. */
  stateOf(key: string): AlertState | null;
}

export function surroundingsOf(entities: Entities, kinds: Kinds): Surroundings {
  return {
    holds: (tenant) => entities.read(kinds.holds, tenant) as HoldsState | null,
    placements: (tenant) => (entities.read(kinds.promotion, tenant) as PromotionsState | null)?.placements ?? null,
    stateOf: (key) => entities.read(kinds.alert, key) as AlertState | null,
  };
}
