/**
 * The routing tree, as in Alertmanager's dispatch/route.go: depth first, left to right; a node whose children do not match
 * is itself the match; `continue` lets the siblings after it match too.
 */

import type { LabelSet } from './alert.ts';
import type { GroupRef } from './entry.ts';
import { hash16 } from './fingerprint.ts';
import { SharedGroupRef } from './group-ref.ts';
import { compareUtf8, labelValue, sortedNames } from './label-order.ts';
import { type CompiledMatcher, matchesAll, printMatchers } from './matcher.ts';
import type { ReceiverTiming, RouteMatch } from './policy.ts';
import { quote } from './quote.ts';
import { nextBit, RuleIndex } from './rule-index.ts';

/** A node as declared. null: as its parent has it, and at the root the default. Durations in milliseconds. */
export interface RouteSpec {
  readonly matchers: readonly CompiledMatcher[];
  readonly continue: boolean;
  /** `'...'` groups by all labels. */
  readonly groupBy: readonly string[] | null;
  readonly groupWait: number | null;
  readonly groupInterval: number | null;
  readonly repeatInterval: number | null;
  readonly channels: readonly string[] | null;
  /** Names of TimeIntervals. A node has those that it declares itself: they are not inherited. */
  readonly muteTimeIntervals?: readonly string[];
  readonly activeTimeIntervals?: readonly string[];
  /** Name of an EscalationPolicy; null: none, whatever its parent has; left out: as its parent has it. */
  readonly escalation?: string | null;
  readonly routes: readonly RouteSpec[];
}

export interface Route {
  readonly id: string;
  readonly twin: number;
  readonly matchers: readonly CompiledMatcher[];
  readonly continue: boolean;
  /** Sorted; null: by all labels. */
  readonly groupBy: readonly string[] | null;
  readonly timing: ReceiverTiming;
  readonly routes: readonly Route[];
  /** Finds those of many routes that may match; null: they are few. */
  readonly index: RuleIndex<LabelSet> | null;
}

const ALL_LABELS = '...';

type Inherited = Pick<Route, 'id' | 'groupBy' | 'timing'>;

const DEFAULTS: Inherited = {
  id: '',
  groupBy: [],
  timing: { groupWait: 30_000, groupInterval: 300_000, repeatInterval: 14_400_000, channels: [] },
};

export function compileRoute(root: RouteSpec): Route {
  return compileNode(root, DEFAULTS, new Map());
}

function compileNode(spec: RouteSpec, parent: Inherited, seen: Map<string, number>): Route {
  const printed = printMatchers(spec.matchers);
  const id = parent.id === '' ? printed : `${parent.id}/${printed}`;
  const twin = seen.get(id) ?? 0;
  seen.set(id, twin + 1);
  const own: Inherited = {
    id,
    groupBy: spec.groupBy === null ? parent.groupBy : compileGroupBy(spec.groupBy),
    timing: {
      groupWait: spec.groupWait ?? parent.timing.groupWait,
      groupInterval: spec.groupInterval ?? parent.timing.groupInterval,
      repeatInterval: spec.repeatInterval ?? parent.timing.repeatInterval,
      channels: spec.channels ?? parent.timing.channels,
      ...timeIntervals(spec),
      ...escalation(spec, parent.timing),
    },
  };
  const routes = spec.routes.map((child) => compileNode(child, own, seen));
  return { ...own, twin, matchers: spec.matchers, continue: spec.continue, routes, index: indexOf(routes) };
}

/** So many are looked through as fast as found. */
const FEW = 8;

function indexOf(routes: readonly Route[]): RuleIndex<LabelSet> | null {
  if (routes.length <= FEW) return null;
  const rules = routes.map(({ matchers }) => ({
    equalities: matchers
      .filter(({ operator, value }) => operator === '=' && value !== '')
      .map(({ name, value }) => ({ field: name, values: [value] })),
  }));
  return new RuleIndex<LabelSet>(rules, (name) => (labels) => labelValue(labels, name));
}

/** Alertmanager sets both anew for each route, whatever its parent has. */
function timeIntervals({ muteTimeIntervals: mute = [], activeTimeIntervals: active = [] }: RouteSpec) {
  return {
    ...(mute.length > 0 && { muteTimeIntervals: mute }),
    ...(active.length > 0 && { activeTimeIntervals: active }),
  };
}

function escalation({ escalation: own }: RouteSpec, parent: ReceiverTiming): Pick<ReceiverTiming, 'escalation'> {
  const name = own === undefined ? parent.escalation : own;
  return name === undefined || name === null ? {} : { escalation: name };
}

function compileGroupBy(names: readonly string[]): readonly string[] | null {
  return names.includes(ALL_LABELS) ? null : [...new Set(names)].sort(compareUtf8);
}

/** Empty where not even the root matches. */
export function matchRoutes(root: Route, labels: LabelSet): RouteMatch[] {
  const matches: RouteMatch[] = [];
  collect(root, labels, matches);
  return matches;
}

function collect(route: Route, labels: LabelSet, matches: RouteMatch[]): boolean {
  if (!matchesAll(route.matchers, labels)) return false;
  const before = matches.length;
  const { routes, index } = route;
  const candidates = index?.candidates(labels) ?? null;
  const next = (from: number) => (candidates === null ? from : nextBit(candidates, from));
  for (let i = next(0); i >= 0 && i < routes.length; i = next(i + 1)) {
    const child = routes[i]!;
    if (collect(child, labels, matches) && !child.continue) break;
  }
  if (matches.length === before) {
    const groupLabels = labelsToGroupBy(route, labels);
    matches.push({ routeId: route.id, twin: route.twin, groupLabels, timing: route.timing });
  }
  return true;
}

function labelsToGroupBy(route: Route, labels: LabelSet): LabelSet {
  const groupLabels: Record<string, string> = {};
  for (const name of route.groupBy ?? sortedNames(labels)) {
    const value = labelValue(labels, name);
    if (value !== '') groupLabels[name] = value;
  }
  return groupLabels;
}

/** Alertmanager's group key, `{}/{severity="critical"}:{alertname="X", namespace="Y"}`. */
export function groupKey(match: RouteMatch): string {
  let labels = '';
  for (const name of sortedNames(match.groupLabels)) {
    labels += `${labels === '' ? '' : ', '}${name}=${quote(match.groupLabels[name]!)}`;
  }
  return `${match.routeId}:{${labels}}`;
}

/** Of each route (by its timing, which is its own), the groups that alerts were put in lately. */
const known = new WeakMap<ReceiverTiming, Map<string, SharedGroupRef>>();
const MOST_KNOWN = 5000;

export function groupRef(tenant: string, match: RouteMatch): GroupRef {
  const groups = known.get(match.timing) ?? new Map<string, SharedGroupRef>();
  known.set(match.timing, groups);
  const name = nameOf(tenant, match);
  const present = groups.get(name);
  if (present !== undefined) return present;
  const group = makeGroupRef(tenant, match);
  if (groups.size >= MOST_KNOWN) groups.clear();
  groups.set(name, group);
  return group;
}

/** Cheaper than the group key, and as unambiguous: each text stands behind its length. */
function nameOf(tenant: string, { routeId, twin, groupLabels }: RouteMatch): string {
  let name = `${twin} ${tenant} ${routeId}`;
  for (const label in groupLabels) {
    const value = groupLabels[label]!;
    name += `,${label.length}:${label}${value.length}:${value}`;
  }
  return name;
}

function makeGroupRef(tenant: string, match: RouteMatch): SharedGroupRef {
  const key = groupKey(match);
  const id = hash16(match.twin === 0 ? `${tenant}\n${key}` : `${tenant}\n${key}\n${match.twin}`);
  return new SharedGroupRef({ id, tenant, key, labels: match.groupLabels, timing: match.timing });
}
