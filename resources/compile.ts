/** Checked resources become what the rest of Herald works with: one immutable policy, the sources and the channels. */

import { channelKey } from '../alert/entity-address.ts';
import { unfiltered } from '../alert/filter.ts';
import type { Policy } from '../alert/policy.ts';
import type { Route } from '../alert/route.ts';
import type { Filters } from '../rules/filter.ts';
import type { Mask } from '../rules/mask.ts';
import type { MaskAlert } from '../rules/mask-alert.ts';
import type { MaskRule } from '../rules/mask-rules.ts';
import type { PluginSpec } from '../rules/plugin-launch.ts';
import type { Profiler } from '../rules/profile.ts';
import { type TimeInterval, timeHold } from '../rules/time-interval.ts';
import { compileAccess, type DeclaredSignIn } from './access.ts';
import type { AudienceList } from './audience-list.ts';
import { contentHash, deepFreeze } from './canonical.ts';
import { type Channel, channelOf } from './channel.ts';
import { compileCorrelations } from './compile-correlations.ts';
import { compileHolds } from './compile-holds.ts';
import { compileNamespaces } from './compile-namespaces.ts';
import { compilePeople, type People } from './compile-people.ts';
import { compileTrees, routeBy } from './compile-routes.ts';
import { compileEscalations } from './escalation-policy.ts';
import { compileTenantFilters } from './filter.ts';
import { type FindHearer, hearerFinder } from './hearing.ts';
import { compileLifecycles } from './lifecycle.ts';
import { compileMaintenances } from './maintenance.ts';
import { compileIntakeMasks, compileMasks, eventMaskRules } from './masking.ts';
import { findPatterns, readMatcher } from './matcher.ts';
import { compileMetricSources, type FindMetricSource } from './metric-source.ts';
import { compilePlugins } from './plugin.ts';
import type { Declared } from './resource.ts';
import { type FindRule, ruleFinder } from './rule-place.ts';
import { type Source, sourceOf } from './source.ts';
import { type CompiledSubscriptions, compileSubscriptions, type Subscribed, subscribedFrom } from './subscription.ts';
import { compileTexts, type Texts } from './template.ts';
import { compileTimeIntervals } from './time-interval.ts';
import { compileWorkloads } from './workload-class.ts';

/** A resource without problems, and its spec with the secrets put in. */
export interface Checked {
  readonly declared: Declared;
  readonly resolved: unknown;
  /** Left out: all of its secrets are known. */
  readonly untold?: boolean;
  /** Of an Audience. */
  readonly list?: AudienceList;
}

export interface ResourceSet {
  readonly policy: Policy;
  /** Some secrets were not known yet where it was loaded: they are empty. */
  readonly untold: boolean;
  /** By name, which is unique over all tenants. */
  readonly sources: ReadonlyMap<string, Source>;
  /** By the paths that they declare. */
  readonly sourcePaths: ReadonlyMap<string, Source>;
  /** The routing trees of a tenant, in the order in which they are asked. */
  routes(tenant: string): readonly Route[];
  /** By channelKey(tenant, name). */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly texts: Texts;
  /** Of the tenant's resources about namespaces; everything is production where it has none. */
  profiler(tenant: string): Profiler;
  /** Those that declare anything. */
  readonly tenants: readonly string[];
  /** By `tenant/name`. */
  readonly plugins: ReadonlyMap<string, PluginSpec>;
  /** Who may ask. */
  readonly signIn: DeclaredSignIn;
  /** What leaves is masked by these, before any sender sees it. */
  readonly mask: Mask;
  /** By tenant: by what its public events are masked. */
  readonly eventMasks: Readonly<Record<string, readonly MaskRule[]>>;
  /** By tenant: what its alerts are masked by before anything is stored. A Source has that of its own. */
  readonly intakeMasks: ReadonlyMap<string, MaskAlert>;
  /** Where the metric of an alert is had. */
  readonly metricSource: FindMetricSource;
  readonly schedules: People['schedules'];
  /** Which User somebody is who asks. */
  readonly person: People['person'];
  readonly subscriptions: {
    /** Those that are declared, in the order of their names. */
    readonly declared: readonly Subscribed[];
    readonly hearer: FindHearer;
    /** With the routes of the tenants beside them, and those behind that are not declared (run-time.ts). */
    with(own: readonly Subscribed[]): CompiledSubscriptions & { readonly trees: ReadonlyMap<string, readonly Route[]> };
  };
  /** By tenant, for what they have counted. */
  readonly filters: ReadonlyMap<string, Filters>;
  /** Content hash of all resources. `policy.hash` leaves sources, templates, access and metrics out: they do not decide. No secret is in either. */
  readonly hash: string;
  readonly files: readonly string[];
  /** How many resources it is made of. */
  readonly count: number;
  /** Where the rule is declared that a reason names. */
  readonly findRule: FindRule;
}

const NOT_DECIDING: ReadonlySet<string> = new Set(['Source', 'Template', 'Access', 'MetricSource']);

/** Whose content is as much of them as what is declared. */
const WITH_A_FILE: ReadonlySet<string> = new Set(['Plugin', 'Schedule', 'Audience']);

const NO_INTERVALS: ReadonlyMap<string, TimeInterval> = new Map();

export function compileResources(checked: readonly Checked[], files: readonly string[]): ResourceSet {
  const ofKind = (kind: string) => checked.filter((one) => one.declared.kind === kind);
  const channels = new Map(ofKind('Channel').map((one) => keyed(channelFrom(one))));
  const namespaces = compileNamespaces(checked);
  const filters = compileTenantFilters(ofKind('Filter').map((one) => one.declared));
  const subscribed = subscribedFrom(ofKind('Subscription').map((one) => one.declared));
  const subscriptions = compileSubscriptions(subscribed);
  const declaredRoutes = ofKind('Route').map((one) => one.declared);
  const trees = compileTrees(declaredRoutes, subscriptions.routes);
  const people = compilePeople(checked, subscriptions.subscribers);
  const intervals = compileTimeIntervals(ofKind('TimeInterval').map((one) => one.declared));
  const maintenance = compileMaintenances(ofKind('Maintenance').map((one) => one.declared));
  const plugins = compilePlugins(ofKind('Plugin'));
  const maskings = ofKind('Masking').map((one) => one.declared);
  const intakeMasks = compileIntakeMasks(maskings);
  const holds = compileHolds(checked.map((one) => one.declared));
  const deciding = checked.filter((one) => !NOT_DECIDING.has(one.declared.kind));
  const policy: Policy = Object.freeze({
    hash: hashOf(deciding),
    lifecycle: compileLifecycles(ofKind('Lifecycle').map((one) => one.declared)),
    profile: namespaces.profile,
    promotion: namespaces.promotion,
    workload: compileWorkloads(ofKind('WorkloadClass').map((one) => one.declared)),
    priority: namespaces.priority,
    route: routeBy(trees),
    channel: (tenant, name) => channels.get(channelKey(tenant, name))?.policy ?? null,
    directory: people.directory,
    escalation: compileEscalations(ofKind('EscalationPolicy').map((one) => one.declared)),
    filter: (facts, now) => filters.get(facts.alert.tenant)?.apply(facts, now) ?? unfiltered(facts.alert.labels),
    tryFilter: (facts, now) => filters.get(facts.alert.tenant)?.tryOut(facts, now) ?? unfiltered(facts.alert.labels),
    plugins: plugins.rules,
    inhibitions: holds.inhibitions,
    silences: holds.silences,
    readMatcher,
    findPatterns,
    correlations: compileCorrelations(checked.map((one) => one.declared)),
    timeHold: (tenant, timing, now) => timeHold(intervals.get(tenant) ?? NO_INTERVALS, timing, now),
    maintenanceHold: (tenant, labels, now) => maintenance.get(tenant)?.(labels, now) ?? null,
  } satisfies Policy);
  const sources = ofKind('Source').map((one) => sourceFrom(one, intakeMasks));
  return Object.freeze({
    policy,
    untold: checked.some((one) => one.untold === true),
    sources: new Map(sources.map((source) => [source.name, source])),
    sourcePaths: new Map(sources.flatMap((source) => (source.paths ?? []).map((path) => [path, source] as const))),
    routes: (tenant: string) => trees.get(tenant) ?? [],
    channels,
    texts: compileTexts(checked.map((one) => one.declared)),
    profiler: namespaces.profiler,
    tenants: namespaces.tenants,
    plugins: plugins.specs,
    mask: compileMasks(maskings),
    eventMasks: eventMaskRules(maskings),
    intakeMasks,
    signIn: compileAccess(ofKind('Access')),
    metricSource: compileMetricSources(ofKind('MetricSource')),
    schedules: people.schedules,
    subscriptions: {
      declared: subscribed,
      hearer: hearerFinder(checked.map((one) => one.declared)),
      with(own: readonly Subscribed[]) {
        const compiled = compileSubscriptions([...subscribed, ...own]);
        return { ...compiled, trees: compileTrees(declaredRoutes, compiled.routes) };
      },
    },
    person: people.person,
    filters,
    hash: hashOf(checked),
    files: Object.freeze([...files]),
    count: checked.length,
    findRule: ruleFinder(
      checked.map((one) => one.declared),
      trees,
    ),
  });
}

function keyed(channel: Channel): [string, Channel] {
  return [channelKey(channel.tenant, channel.name), channel];
}

function channelFrom({ declared, resolved }: Checked): Channel {
  return deepFreeze(channelOf(declared.tenant, declared.name, resolved));
}

function sourceFrom({ declared, resolved, untold = false }: Checked, masks: ReadonlyMap<string, MaskAlert>): Source {
  const mask = masks.get(declared.tenant) ?? null;
  return deepFreeze({ ...sourceOf(declared.tenant, declared.name, resolved), mask, untold });
}

/** Of what was declared, whatever the file, the order and the comments. */
function hashOf(checked: readonly Checked[]): string {
  const declared = checked.map(({ declared: { kind, tenant, name, spec }, resolved }) => {
    return { kind, tenant, name, spec: WITH_A_FILE.has(kind) ? resolved : spec };
  });
  const keyOf = (one: (typeof declared)[number]) => `${one.kind}/${one.tenant}/${one.name}`;
  return contentHash(declared.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)));
}
