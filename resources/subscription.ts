/**
 * Subscription: a user or a team wants to hear of certain alerts, whatever the routes say. Those who subscribe to the same in the same
 * way share one route, so that ten thousand of them are one group with ten thousand recipients, and not as many groups.
 */

import Type from 'typebox';
import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import { hash16 } from '../alert/fingerprint.ts';
import type { Subscriber } from '../alert/people.ts';
import type { RouteSpec } from '../alert/route.ts';
import { environmentsAllowed, environmentsIn, hearerFinder } from './hearing.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import type { Problem } from './problem.ts';
import { type Declared, durationSchema, fieldOf, milliseconds } from './resource.ts';
import { type ReceiverReference, receiverAt } from './route.ts';

export const subscriptionSpec = Type.Object(
  {
    subscriber: Type.String({
      pattern: '^(user|team)/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
      description: 'user/NAME or team/NAME of the tenant',
    }),
    matchers: Type.Optional(Type.Array(matcherSchema, { maxItems: 50 })),
    environments: Type.Optional(Type.Array(Type.Enum([...ENVIRONMENTS]), { minItems: 1 })),
    priorities: Type.Optional(Type.Array(Type.Enum([...PRIORITIES]), { minItems: 1 })),
    groupBy: Type.Optional(Type.Array(Type.String({ minLength: 1, description: 'a label name' }))),
    groupWait: Type.Optional(durationSchema(0)),
    groupInterval: Type.Optional(durationSchema(1)),
    repeatInterval: Type.Optional(durationSchema(1)),
  },
  { additionalProperties: false },
);

type SubscriptionSpec = Type.Static<typeof subscriptionSpec>;

export type SubscriptionWanted = Omit<SubscriptionSpec, 'subscriber'>;

export function subscriberOf(spec: unknown): ReceiverReference[] {
  return receiverAt(fieldOf(spec, 'subscriber'), ['spec', 'subscriber']);
}

/** One that was checked, declared or made by people (own-subscription.ts). */
export interface Subscribed {
  readonly tenant: string;
  readonly subscriber: string;
  readonly wanted: SubscriptionWanted;
  /** Which one it is, for people. */
  readonly by: string;
  readonly declared: boolean;
  /** Why it does not hold (any more); null: it does. */
  readonly void: string | null;
}

/** Made of what was declared. */
export function subscribedFrom(declared: readonly Declared[]): Subscribed[] {
  return [...declared]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ tenant, name, spec }) => {
      const { subscriber, ...wanted } = spec as SubscriptionSpec;
      return { tenant, subscriber, wanted, by: `Subscription ${name}`, declared: true, void: null };
    });
}

export interface SubscribedRoute {
  /** Of its receiver, `subscription/NAME`: the same for all who want the same. */
  readonly name: string;
  readonly spec: RouteSpec;
  /** Somebody declared it; false: people made all of what it is for. */
  readonly declared: boolean;
}

export interface CompiledSubscriptions {
  /** By tenant: a routing tree for each thing that is subscribed to. */
  readonly routes: ReadonlyMap<string, readonly SubscribedRoute[]>;
  /** By `tenant/name of the subscription's receiver`. */
  readonly subscribers: ReadonlyMap<string, readonly Subscriber[]>;
}

/** In their order; those that are declared come first. */
export function compileSubscriptions(all: readonly Subscribed[]): CompiledSubscriptions {
  const routes = new Map<string, SubscribedRoute[]>();
  const subscribers = new Map<string, Subscriber[]>();
  for (const { tenant, subscriber, wanted, by, declared, void: why } of all) {
    const matchers = matchersOf(wanted);
    const { groupBy, groupWait, groupInterval, repeatInterval } = wanted;
    const name = hash16(JSON.stringify([matchers, groupBy, groupWait, groupInterval, repeatInterval]));
    const one = { receiver: subscriber, by, void: why };
    const known = subscribers.get(`${tenant}/${name}`);
    if (known !== undefined) {
      const same = known.findIndex(({ receiver }) => receiver === subscriber);
      if (same < 0) known.push(one);
      else if (known[same]!.void !== null) known[same] = one;
      continue;
    }
    subscribers.set(`${tenant}/${name}`, [one]);
    const spec = routeTo(`subscription/${name}`, matchers, wanted);
    routes.set(tenant, [...(routes.get(tenant) ?? []), { name, spec, declared }]);
  }
  return { routes, subscribers };
}

function matchersOf({ matchers = [], environments, priorities }: SubscriptionWanted): string[] {
  const oneOf = (label: string, values: readonly string[] | undefined) =>
    values === undefined ? [] : [`${label}=~"${[...values].sort().join('|')}"`];
  return [...new Set([...matchers, ...oneOf('environment', environments), ...oneOf('priority', priorities)])].sort();
}

function routeTo(
  receiver: string,
  matchers: readonly string[],
  { groupBy, groupWait, groupInterval, repeatInterval }: SubscriptionWanted,
): RouteSpec {
  const duration = (text: string | undefined) => (text === undefined ? null : milliseconds(text));
  return {
    matchers: matchers.map(checkedMatcher),
    continue: false,
    groupBy: groupBy ?? ['alertname', 'namespace'],
    groupWait: duration(groupWait),
    groupInterval: duration(groupInterval),
    repeatInterval: duration(repeatInterval),
    channels: [receiver],
    routes: [],
  };
}

/** What access/subscribe.ts does not permit. */
export function forbiddenSubscriptions(resources: readonly Declared[]): Problem[] {
  const find = hearerFinder(resources);
  return resources.flatMap((one) => {
    const subscriber = one.kind === 'Subscription' ? String(fieldOf(one.spec, 'subscriber')) : '';
    const hearer = find(one.tenant, subscriber);
    if (hearer === null) return [];
    const wanted = environmentsIn(one.spec);
    const allowed = environmentsAllowed(hearer, one.tenant, wanted);
    if (allowed === null) return [];
    const found = wanted === null ? 'is missing, which means every environment' : `is ${wanted.join(', ')}`;
    const message = `${found}, but ${subscriber} may hear of some only; allowed: ${allowed.join(', ')}`;
    return [one.document.problem(['spec', 'environments'], message)];
  });
}
