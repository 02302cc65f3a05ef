/**
 * Who may subscribe whom, and to whose alerts. Every tenant hears of its own, and of those environments that were granted; people subscribe
 * themselves and the teams that they speak for, others those who were granted that.
 */

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

/** Who asks. */
export interface SubscribingActor {
  /** Name of the identity. */
  readonly name: string;
  /** Of the User that it is; null: none of the tenant. */
  readonly person: string | null;
  /** Holds `subscriptions.manage` in the tenant. */
  readonly manages: boolean;
}

export type SpeakerVerdict =
  /** By who may do so for anybody. */
  | { readonly code: 'subscriber.managed' }
  /** It is who asks, or a team that they speak for. */
  | { readonly code: 'subscriber.own' }
  | { readonly code: 'subscriber.denied'; readonly detail: string };

/** `speakers`: names of the users who may subscribe it: the user itself, or those of a team. */
export function maySpeakFor(
  { name, person, manages }: SubscribingActor,
  subscriber: string,
  speakers: readonly string[],
): SpeakerVerdict {
  if (manages) return { code: 'subscriber.managed' };
  if (person !== null && speakers.includes(person)) return { code: 'subscriber.own' };
  const who = person === null ? `${JSON.stringify(name)} is the name of no User of the tenant` : `user/${person} asks`;
  const allowed = speakers.length === 0 ? 'nobody' : speakers.map((one) => `user/${one}`).join(', ');
  const detail = `${who}; ${allowed} may subscribe ${subscriber}, and who holds subscriptions.manage`;
  return { code: 'subscriber.denied', detail };
}
