/**
 * Subscriptions that people make at run time, for themselves and for teams that they speak for. Pure: what is known, what is wanted and who
 * asks go in; out come the subscriptions that are kept from then on, or why not. Whether one holds is asked again whenever the
 * resources change: with its subscriber, or with what that may hear of, it is void; nothing of it is lost if that comes back.
 */

import { maySpeakFor, type SubscribingActor } from '../access/subscribe.ts';
import { canonicalJson } from './canonical.ts';
import { environmentsAllowed, environmentsIn, type FindHearer } from './hearing.ts';
import { type Subscribed, type SubscriptionWanted, subscriptionSpec } from './subscription.ts';
import { validate } from './validate.ts';

export interface OwnSubscription {
  readonly id: string;
  /** `user/NAME` or `team/NAME` of the tenant. */
  readonly subscriber: string;
  /** As a Subscription declares it. */
  readonly wanted: SubscriptionWanted;
  /** Name of who made it. */
  readonly by: string;
  /** Which User that is; null: none. */
  readonly person: string | null;
  /** Unix ms. */
  readonly madeAt: number;
}

/** As one that was kept: what comes back may be damaged. Whether what is wanted can be compiled is for isReadable. */
export function isOwnSubscription(value: unknown): value is OwnSubscription {
  const { id, subscriber, wanted, by, person, madeAt } = (value ?? {}) as Record<string, unknown>;
  const areTexts = [id, subscriber, by].every((one) => typeof one === 'string');
  const isNamed = person === null || typeof person === 'string';
  const isTime = typeof madeAt === 'number' && !Number.isNaN(new Date(madeAt).getTime());
  return areTexts && isNamed && isTime && typeof wanted === 'object' && wanted !== null;
}

export type OwnWish = Pick<OwnSubscription, 'id' | 'subscriber' | 'wanted'>;

export interface SubscriptionContext {
  readonly tenant: string;
  readonly find: FindHearer;
  readonly actor: SubscribingActor;
  readonly now: number;
}

type All = readonly OwnSubscription[];

export type SubscriptionDecision =
  /** `all`: what is kept of the tenant from now on. */
  | { readonly code: 'subscription.made'; readonly made: OwnSubscription; readonly all: All }
  /** The subscriber has it already. */
  | { readonly code: 'subscription.known'; readonly made: OwnSubscription }
  | { readonly code: 'subscription.unknown-subscriber' }
  | { readonly code: 'subscription.too-many'; readonly detail: string }
  | { readonly code: 'subscription.denied'; readonly detail: string };

export type UnsubscribeDecision =
  | { readonly code: 'subscription.ended'; readonly made: OwnSubscription; readonly all: All }
  | { readonly code: 'subscription.unknown' }
  | { readonly code: 'subscription.denied'; readonly detail: string };

export const MOST_OF_ONE = 50;
/** Each alert that opens is held against what is subscribed to. */
export const MOST_OF_TENANT = 2000;
/** They are one record of NATS, which takes a million bytes. */
const MOST_BYTES = 512 * 1024;

/** `wish`: checked by subscriptionSpec. */
export function decideSubscription(known: All, wish: OwnWish, context: SubscriptionContext): SubscriptionDecision {
  const { id, subscriber, wanted } = wish;
  const { tenant, find, actor, now } = context;
  const hearer = find(tenant, subscriber);
  const speaker = maySpeakFor(actor, subscriber, hearer?.speakers ?? []);
  if (speaker.code === 'subscriber.denied') return { code: 'subscription.denied', detail: speaker.detail };
  if (hearer === null) return { code: 'subscription.unknown-subscriber' };
  const why = voidBecause(wish, tenant, find);
  if (why !== null) return { code: 'subscription.denied', detail: why };
  const content = canonicalJson(wanted);
  const own = known.filter((one) => one.subscriber === subscriber);
  const before = own.find((one) => one.id === id || canonicalJson(one.wanted) === content);
  if (before !== undefined) return { code: 'subscription.known', made: before };
  const made = { id, subscriber, wanted, by: actor.name, person: actor.person, madeAt: now };
  const all = [...known, made];
  if (own.length >= MOST_OF_ONE)
    return { code: 'subscription.too-many', detail: `${subscriber} has ${own.length}; allowed: ${MOST_OF_ONE}` };
  if (all.length > MOST_OF_TENANT || JSON.stringify(all).length > MOST_BYTES)
    return { code: 'subscription.too-many', detail: `tenant ${tenant} has ${known.length}; declare the others` };
  return { code: 'subscription.made', made, all };
}

/** By who may make it; by who made it, where its subscriber is gone. */
export function decideUnsubscribe(
  known: All,
  id: string,
  { tenant, find, actor }: Omit<SubscriptionContext, 'now'>,
): UnsubscribeDecision {
  const made = known.find((one) => one.id === id);
  if (made === undefined) return { code: 'subscription.unknown' };
  const speakers = find(tenant, made.subscriber)?.speakers ?? (made.person === null ? [] : [made.person]);
  const verdict = maySpeakFor(actor, made.subscriber, speakers);
  if (verdict.code === 'subscriber.denied') return { code: 'subscription.denied', detail: verdict.detail };
  return { code: 'subscription.ended', made, all: known.filter((one) => one !== made) };
}

/** Why it does not hold; null: it does. */
export function voidBecause(
  { subscriber, wanted }: Pick<OwnSubscription, 'subscriber' | 'wanted'>,
  tenant: string,
  find: FindHearer,
): string | null {
  const hearer = find(tenant, subscriber);
  if (hearer === null) return `${subscriber} is not declared (any more)`;
  const wishes = environmentsIn(wanted);
  const allowed = environmentsAllowed(hearer, tenant, wishes);
  if (allowed === null) return null;
  return `${subscriber} may hear of ${allowed.join(', ')}, and this is for ${wishes?.join(', ') ?? 'every environment'}`;
}

/** By tenant. Those that an older Herald took and this one cannot read are left out. */
export function subscribedBy(own: ReadonlyMap<string, All>, find: FindHearer): Subscribed[] {
  return [...own].flatMap(([tenant, all]) =>
    all.filter(isReadable).map((one) => ({
      tenant,
      subscriber: one.subscriber,
      wanted: one.wanted,
      by: `subscription ${one.id} by ${one.by}`,
      declared: false,
      void: voidBecause(one, tenant, find),
    })),
  );
}

const readable = new WeakMap<OwnSubscription, boolean>();

/** Compiling takes for granted that a subscription was checked; what is stored may have been by other rules. */
export function isReadable(one: OwnSubscription): boolean {
  const known = readable.get(one);
  if (known !== undefined) return known;
  const good = validate(subscriptionSpec, { ...one.wanted, subscriber: one.subscriber }).length === 0;
  readable.set(one, good);
  return good;
}
