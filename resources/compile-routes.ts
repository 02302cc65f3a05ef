/** The routing trees of all tenants. */

import type { LabelSet } from '../alert/alert.ts';
import type { Policy } from '../alert/policy.ts';
import { compileRoute, matchRoutes, type Route } from '../alert/route.ts';
import { deepFreeze } from './canonical.ts';
import type { Declared } from './resource.ts';
import { routeTree } from './route.ts';
import type { SubscribedRoute } from './subscription.ts';

export function routeBy(trees: ReadonlyMap<string, readonly Route[]>): Policy['route'] {
  return (tenant: string, labels: LabelSet) => (trees.get(tenant) ?? []).flatMap((tree) => matchRoutes(tree, labels));
}

/** Every tree of a tenant, in the order of the names; then what is subscribed to. */
export function compileTrees(
  routes: readonly Declared[],
  subscribed: ReadonlyMap<string, readonly SubscribedRoute[]>,
): Map<string, Route[]> {
  const byName = [...routes].sort((a, b) => (a.name < b.name ? -1 : 1));
  const ofTenant = Map.groupBy(byName, (one) => one.tenant);
  const trees = new Map<string, Route[]>();
  for (const tenant of new Set([...ofTenant.keys(), ...subscribed.keys()])) {
    const seen = new Map<string, number>();
    const declared = (ofTenant.get(tenant) ?? []).map((one) => compileRoute(routeTree(one.spec)));
    const wanted = subscribed.get(tenant) ?? [];
    const ofSubscriptions = wanted.filter((one) => one.declared).map(({ spec }) => compileRoute(spec));
    const ofPeople = wanted.filter((one) => !one.declared).map(ownTree);
    trees.set(tenant, [...[...declared, ...ofSubscriptions].map((tree) => numberTwins(tree, seen)), ...ofPeople]);
  }
  return trees;
}

/** compileRoute tells equal routes of one tree apart; here those of several trees, or their groups would be one. */
function numberTwins(route: Route, seen: Map<string, number>): Route {
  const twin = seen.get(route.id) ?? 0;
  seen.set(route.id, twin + 1);
  return deepFreeze({ ...route, twin, routes: route.routes.map((child) => numberTwins(child, seen)) });
}

/** Beyond all that are numbered. */
const FIRST_OWN_TWIN = 1_000_000;

/** People come and go: what others subscribe to must not give a group another number, or it would be told anew. */
function ownTree({ name, spec }: SubscribedRoute): Route {
  return deepFreeze({ ...compileRoute(spec), twin: FIRST_OWN_TWIN + Number.parseInt(name.slice(0, 12), 16) });
}
