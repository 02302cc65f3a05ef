/**
 * What people changed at run time, laid over the resources in force: a pure function of both, so that whoever has the same resources and
 * the same changes decides the same. What names somebody who is not declared any more is void, and what is declared holds again.
 */

import { overridesOf, type ShiftChange } from '../rules/shift-change.ts';
import { contentHash } from './canonical.ts';
import type { ResourceSet } from './compile.ts';
import { routeBy } from './compile-routes.ts';
import { type OwnSubscription, subscribedBy } from './own-subscription.ts';

/** Of each schedule, by shiftKey. */
export type RunTimeShifts = ReadonlyMap<string, readonly ShiftChange[]>;

/** By tenant. */
export type RunTimeSubscriptions = ReadonlyMap<string, readonly OwnSubscription[]>;

/** Neither holds a dot. */
export function shiftKey(tenant: string, schedule: string): string {
  return `${tenant}.${schedule}`;
}

/** The same set where nothing was changed. The policy keeps its hash: each answer of who is on call names what it is by. */
export function withShifts(set: ResourceSet, shifts: RunTimeShifts): ResourceSet {
  if (shifts.size === 0) return set;
  const { directory } = set.policy;
  const schedules = set.schedules.map(({ tenant, schedule }) => {
    const changes = shifts.get(shiftKey(tenant, schedule.name)) ?? [];
    const overrides = overridesOf(changes, (name) => directory.user(tenant, name) !== null);
    return { tenant, schedule: overrides.length === 0 ? schedule : schedule.override(overrides) };
  });
  const byKey = new Map(schedules.map(({ tenant, schedule }) => [shiftKey(tenant, schedule.name), schedule]));
  const schedule = (tenant: string, name: string) => byKey.get(shiftKey(tenant, name)) ?? null;
  const policy = Object.freeze({ ...set.policy, directory: Object.freeze({ ...directory, schedule }) });
  return Object.freeze({ ...set, policy, schedules });
}

/**
 * The same set where there are none. With routes that are not declared it is another policy, for alerts that fire already are routed anew by
 * it; who of them subscribes is asked at each flush, and the answer names it.
 */
export function withSubscriptions(set: ResourceSet, own: RunTimeSubscriptions): ResourceSet {
  const subscribed = subscribedBy(own, set.subscriptions.hearer);
  if (subscribed.length === 0) return set;
  const { routes, subscribers, trees } = set.subscriptions.with(subscribed);
  const directory = Object.freeze({
    ...set.policy.directory,
    subscribers: (tenant: string, name: string) => subscribers.get(`${tenant}/${name}`) ?? null,
  });
  const added = [...routes].flatMap(([tenant, list]) =>
    list.filter(({ declared }) => !declared).map(({ name }) => `${tenant}/${name}`),
  );
  const hash = added.length === 0 ? set.policy.hash : `${set.policy.hash}-${contentHash(added.sort()).slice(0, 8)}`;
  const policy = Object.freeze({ ...set.policy, hash, directory, route: routeBy(trees) });
  return Object.freeze({ ...set, policy, routes: (tenant: string) => trees.get(tenant) ?? [] });
}

/** Of a policy's hash, what the declared resources make it: rules and their places are the same whatever people subscribe to. */
export function declaredPart(hash: string): string {
  return hash.replace(/-[0-9a-f]{8}$/, '');
}
