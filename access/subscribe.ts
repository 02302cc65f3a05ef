/** Who may subscribe to whose alerts: every tenant hears of its own, and of those environments that were granted. */

import type { Environment } from '../alert/alert.ts';

/** What a user or a team may hear of. */
export interface HearingGrant {
  /** null: every one. */
  readonly environments: readonly Environment[] | null;
}

export interface SubscriptionWish {
  /** Of who wants to hear. */
  readonly subscriberTenant: string;
  /** Of the alerts. */
  readonly tenant: string;
  /** null: every one. */
  readonly environments: readonly Environment[] | null;
}

export type SubscriptionVerdict =
  | { readonly code: 'subscription.permitted' }
  | { readonly code: 'subscription.other-tenant' }
  | { readonly code: 'subscription.environments'; readonly allowed: readonly Environment[] };

export function maySubscribe(grant: HearingGrant, wish: SubscriptionWish): SubscriptionVerdict {
  if (wish.subscriberTenant !== wish.tenant) return { code: 'subscription.other-tenant' };
  const allowed = grant.environments;
  if (allowed === null) return { code: 'subscription.permitted' };
  const within = wish.environments?.every((environment) => allowed.includes(environment)) ?? false;
  return within ? { code: 'subscription.permitted' } : { code: 'subscription.environments', allowed };
}
