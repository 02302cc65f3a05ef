/**
 * Subscription: a user or a team wants to hear of certain alerts, whatever the routes say. Those who subscribe to the same in the same
 * way share one route, so that ten thousand of them are one group with ten thousand recipients, and not as many groups.
 */

import Type from 'typebox';
import { maySubscribe } from '../access/subscribe.ts';
import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import { hash16 } from '../alert/fingerprint.ts';
import type { RouteSpec } from '../alert/route.ts';
import { checkedMatcher, matcherSchema } from './matcher.ts';
import type { Problem } from './problem.ts';
import { type Declared, durationSchema, fieldOf, listOf, milliseconds } from './resource.ts';
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

export function subscriberOf(spec: unknown): ReceiverReference[] {
  return receiverAt(fieldOf(spec, 'subscriber'), ['spec', 'subscriber']);
}

export interface CompiledSubscriptions {
  /** By tenant: a routing tree for each thing that is subscribed to. */
  readonly routes: ReadonlyMap<string, readonly RouteSpec[]>;
  /** By `tenant/name of the subscription's receiver`. */
  readonly subscribers: ReadonlyMap<string, readonly string[]>;
}

/** For what was checked. */
export function compileSubscriptions(declared: readonly Declared[]): CompiledSubscriptions {
  const routes = new Map<string, RouteSpec[]>();
  const subscribers = new Map<string, string[]>();
  for (const { tenant, spec } of [...declared].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { subscriber, ...wanted } = spec as SubscriptionSpec;
    const matchers = matchersOf(wanted);
    const name = hash16(
      JSON.stringify([matchers, wanted.groupBy, wanted.groupWait, wanted.groupInterval, wanted.repeatInterval]),
    );
    const known = subscribers.get(`${tenant}/${name}`);
    if (known !== undefined) {
      if (!known.includes(subscriber)) known.push(subscriber);
      continue;
    }
    subscribers.set(`${tenant}/${name}`, [subscriber]);
    routes.set(tenant, [...(routes.get(tenant) ?? []), routeTo(`subscription/${name}`, matchers, wanted)]);
  }
  return { routes, subscribers };
}

function matchersOf({ matchers = [], environments, priorities }: Omit<SubscriptionSpec, 'subscriber'>): string[] {
  const oneOf = (label: string, values: readonly string[] | undefined) =>
    values === undefined ? [] : [`${label}=~"${[...values].sort().join('|')}"`];
  return [...new Set([...matchers, ...oneOf('environment', environments), ...oneOf('priority', priorities)])].sort();
}

function routeTo(
  receiver: string,
  matchers: readonly string[],
  { groupBy, groupWait, groupInterval, repeatInterval }: Omit<SubscriptionSpec, 'subscriber'>,
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
  const people = new Map(
    resources
      .filter(({ kind }) => kind === 'User' || kind === 'Team')
      .map((one) => [`${one.tenant}/${one.kind.toLowerCase()}/${one.name}`, one]),
  );
  return resources.flatMap((one) => {
    const subscriber = one.kind === 'Subscription' ? fieldOf(one.spec, 'subscriber') : undefined;
    const person = people.get(`${one.tenant}/${String(subscriber)}`);
    if (person === undefined) return [];
    const granted = listOf(fieldOf(person.spec, 'mayHear'), 'environments').filter(isEnvironment);
    const wanted = listOf(one.spec, 'environments').filter(isEnvironment);
    const verdict = maySubscribe(
      { environments: granted.length === 0 ? null : granted },
      { subscriberTenant: person.tenant, tenant: one.tenant, environments: wanted.length === 0 ? null : wanted },
    );
    if (verdict.code !== 'subscription.environments') return [];
    const found = wanted.length === 0 ? 'is missing, which means every environment' : `is ${wanted.join(', ')}`;
    const message = `${found}, but ${String(subscriber)} may hear of some only; allowed: ${verdict.allowed.join(', ')}`;
    return [one.document.problem(['spec', 'environments'], message)];
  });
}

function isEnvironment(value: unknown): value is (typeof ENVIRONMENTS)[number] {
  return ENVIRONMENTS.some((known) => known === value);
}
