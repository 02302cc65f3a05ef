/**
 * Where the rule stands that a reason names: its resource, its place in it, file and line. Reasons carry names, which stay true
 * when files are moved; here the names are looked up among what is declared, so that a reason that names a resource of any kind
 * is found without more.
 */

import type { Reason } from '../alert/reason.ts';
import type { Route } from '../alert/route.ts';
import { type Path, printPath } from './problem.ts';
import { type Declared, fieldOf } from './resource.ts';

export interface RulePlace {
  /** `Filter default/noise spec.rules[1]` */
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

/** null: the reason names nothing that is declared. */
export type FindRule = (tenant: string, reason: Pick<Reason, 'code' | 'detail'>) => RulePlace | null;

/** `trees`: by tenant, compiled from its Routes in the order of their names. */
export function ruleFinder(declared: readonly Declared[], trees: ReadonlyMap<string, readonly Route[]>): FindRule {
  const places = new Map(declared.map((one) => [`${one.kind} ${one.tenant}/${one.name}`, one]));
  const routes = routePlaces(declared, trees);
  return (tenant, { code, detail }) => {
    if (code === 'route.matched') return routeIn(routes.get(tenant) ?? [], detail);
    for (const { kind, name, part } of mentions(code, detail)) {
      const found = kindsOf(kind)
        .map((one) => places.get(`${one} ${name.includes('/') ? name : `${tenant}/${name}`}`))
        .find((one) => one !== undefined);
      if (found !== undefined) return placeOf(found, part);
    }
    return null;
  };
}

interface Mention {
  readonly kind: string;
  /** With or without its tenant. */
  readonly name: string;
  /** Name of one of its rules; empty where none is named. */
  readonly part: string;
}

/** `rule drop-test of Filter default/noise`, `Maintenance upgrade until ...`; and the few that name no kind. */
const NAMED =
  /(?:(?:^|[^\w-])(?:rule|row|override) ([\w.-]+) of )?(?<![\w-])([A-Z][A-Za-z]+|plug-in) ([\w.-]+(?:\/[\w.-]+)?)/g;
const UNNAMED: Readonly<Record<string, readonly [kind: string, name: RegExp]>> = {
  'hold.silence': ['Silence', /^(\S+)/],
  'hold.inhibited': ['Inhibition', /\(([\w.-]+)\)(?:;|$)/],
  'hold.correlated': ['correlation', /\(rule ([\w.-]+)\)/],
  'hold.storm': ['correlation', /\(rule ([\w.-]+)\)/],
};

function mentions(code: string, detail: string): Mention[] {
  const unnamed = UNNAMED[code];
  if (unnamed !== undefined) {
    const name = unnamed[1].exec(detail)?.[1];
    return name === undefined ? [] : [{ kind: unnamed[0], name, part: '' }];
  }
  return [...detail.matchAll(NAMED)].map(([, part, kind = '', name = '']) => {
    // Of an environment its policy names the patterns; what stands before them is its name.
    const environment = /(?:^| )(\w+) pattern "|declared for (\w+) by/.exec(detail);
    return { kind, name, part: part ?? environment?.[1] ?? environment?.[2] ?? '' };
  });
}

function kindsOf(kind: string): readonly string[] {
  if (kind === 'correlation') return ['CorrelationRule', 'NamespaceLimit'];
  return [kind === 'plug-in' ? 'Plugin' : kind];
}

function placeOf(declared: Declared, part: string): RulePlace {
  const path = part === '' ? [] : partNamed(declared.spec, part);
  return printed(declared, path);
}

/** The first list of the spec with something of that name in it. */
function partNamed(spec: unknown, name: string): Path {
  if (typeof spec !== 'object' || spec === null) return [];
  for (const [field, content] of Object.entries(spec)) {
    if (!Array.isArray(content)) continue;
    const index = content.findIndex((one) => fieldOf(one, 'name') === name);
    if (index >= 0) return ['spec', field, index];
  }
  return [];
}

function printed({ kind, tenant, name, document }: Declared, path: Path): RulePlace {
  const { file, line } = document.problem(path, '');
  return { rule: [`${kind} ${tenant}/${name}`, printPath(path)].join(' ').trim(), file, line };
}

interface RoutePlace {
  /** As group keys begin. */
  readonly id: string;
  readonly declared: Declared;
  readonly path: Path;
}

function routePlaces(
  declared: readonly Declared[],
  trees: ReadonlyMap<string, readonly Route[]>,
): ReadonlyMap<string, readonly RoutePlace[]> {
  const ofRoutes = declared.filter(({ kind }) => kind === 'Route').sort((a, b) => (a.name < b.name ? -1 : 1));
  const byTenant = Map.groupBy(ofRoutes, ({ tenant }) => tenant);
  return new Map(
    [...byTenant].map(([tenant, list]) => [
      tenant,
      list.flatMap((one, i) => within(trees.get(tenant)?.[i], one, ['spec'])),
    ]),
  );
}

function within(route: Route | undefined, declared: Declared, path: Path): RoutePlace[] {
  if (route === undefined) return [];
  const children = route.routes.flatMap((child, i) => within(child, declared, [...path, 'routes', i]));
  return [{ id: route.id, declared, path }, ...children];
}

/** The longest that fits: a matcher may hold any text. Of twins the first. */
function routeIn(routes: readonly RoutePlace[], key: string): RulePlace | null {
  let found: RoutePlace | null = null;
  for (const route of routes) {
    if (key.startsWith(`${route.id}:{`) && route.id.length > (found?.id.length ?? -1)) found = route;
  }
  return found === null ? null : printed(found.declared, found.path);
}
