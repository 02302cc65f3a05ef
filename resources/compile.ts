/** Checked resources become what the rest of Herald works with: one immutable policy, the sources and the channels. */

import { channelKey } from '../alert/entry.ts';
import { namespaceOf } from '../alert/namespace.ts';
import { unfiltered } from '../alert/filter.ts';
import type { Policy } from '../alert/policy.ts';
import { compileRoute, matchRoutes, type Route } from '../alert/route.ts';
import { type Classifier, compileClassifier } from '../rules/classify.ts';
import { type EnvironmentRules, NO_POLICY } from '../rules/environment-rules.ts';
import { contentHash, deepFreeze } from './canonical.ts';
import { type Channel, channelOf } from './channel.ts';
import { environmentRules } from './environment-policy.ts';
import type { Declared } from './resource.ts';
import { routeTree } from './route.ts';
import { type Source, sourceOf } from './source.ts';

/** A resource without problems, and its spec with the secrets put in. */
export interface Checked {
  readonly declared: Declared;
  readonly resolved: unknown;
}

export interface ResourceSet {
  readonly policy: Policy;
  /** By name, which is unique over all tenants. */
  readonly sources: ReadonlyMap<string, Source>;
  /** By channelKey(tenant, name). */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Of the tenant's EnvironmentPolicy; everything is production where it has none. */
  classifier(tenant: string): Classifier;
  /** Content hash of all resources. `policy.hash` leaves the sources out: they do not decide. No secret is in either. */
  readonly hash: string;
  readonly files: readonly string[];
}

/** Six times the repeat interval at which an Alertmanager reports by default. */
const AGE_AFTER = 24 * 3_600_000;

export function compileResources(checked: readonly Checked[], files: readonly string[]): ResourceSet {
  const ofKind = (kind: string) => checked.filter((one) => one.declared.kind === kind);
  const channels = new Map(ofKind('Channel').map((one) => keyed(channelFrom(one))));
  const classifiers = new Map(ofKind('EnvironmentPolicy').map((one) => [one.declared.tenant, classifierFrom(one)]));
  const fallback = compileChecked(NO_POLICY);
  const classifier = (tenant: string) => classifiers.get(tenant) ?? fallback;
  const trees = compileTrees(ofKind('Route'));
  const deciding = checked.filter((one) => one.declared.kind !== 'Source');
  const policy: Policy = Object.freeze({
    hash: hashOf(deciding),
    ageAfter: AGE_AFTER,
    classify: (tenant, labels) => classifier(tenant).classify(namespaceOf(labels)),
    route: (tenant, labels) => (trees.get(tenant) ?? []).flatMap((tree) => matchRoutes(tree, labels)),
    channel: (tenant, name) => channels.get(channelKey(tenant, name))?.policy ?? null,
    filter: ({ alert }) => unfiltered(alert.labels),
    tryFilter: ({ alert }) => unfiltered(alert.labels),
    timeHold: () => null,
    maintenanceHold: () => null,
  } satisfies Policy);
  return Object.freeze({
    policy,
    sources: new Map(ofKind('Source').map((one) => [one.declared.name, sourceFrom(one)])),
    channels,
    classifier,
    hash: hashOf(checked),
    files: Object.freeze([...files]),
  });
}

function keyed(channel: Channel): [string, Channel] {
  return [channelKey(channel.tenant, channel.name), channel];
}

function channelFrom({ declared, resolved }: Checked): Channel {
  return deepFreeze(channelOf(declared.tenant, declared.name, resolved));
}

function sourceFrom({ declared, resolved }: Checked): Source {
  return deepFreeze(sourceOf(declared.tenant, declared.name, resolved));
}

function classifierFrom({ declared }: Checked): Classifier {
  return compileChecked(deepFreeze(environmentRules(declared.tenant, declared.name, declared.spec)));
}

function compileChecked(rules: EnvironmentRules): Classifier {
  const compiled = compileClassifier(rules);
  if (!compiled.ok) throw new TypeError(`unchecked patterns in EnvironmentPolicy ${rules.policy}`);
  return compiled.classifier;
}

/** Every tree of a tenant, in the order of the names. */
function compileTrees(routes: readonly Checked[]): Map<string, Route[]> {
  const byName = [...routes].sort((a, b) => (a.declared.name < b.declared.name ? -1 : 1));
  const trees = new Map<string, Route[]>();
  for (const [tenant, list] of Map.groupBy(byName, (one) => one.declared.tenant)) {
    const seen = new Map<string, number>();
    const compiled = list.map((one) => compileRoute(routeTree(one.declared.spec)));
    trees.set(
      tenant,
      compiled.map((tree) => numberTwins(tree, seen)),
    );
  }
  return trees;
}

/** compileRoute tells equal routes of one tree apart; here those of several trees, or their groups would be one. */
function numberTwins(route: Route, seen: Map<string, number>): Route {
  const twin = seen.get(route.id) ?? 0;
  seen.set(route.id, twin + 1);
  return deepFreeze({ ...route, twin, routes: route.routes.map((child) => numberTwins(child, seen)) });
}

/** Of what was declared, whatever the file, the order and the comments. */
function hashOf(checked: readonly Checked[]): string {
  const declared = checked.map(({ declared: { kind, tenant, name, spec } }) => ({ kind, tenant, name, spec }));
  const keyOf = (one: (typeof declared)[number]) => `${one.kind}/${one.tenant}/${one.name}`;
  return contentHash(declared.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)));
}
