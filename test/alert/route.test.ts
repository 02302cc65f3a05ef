import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CompiledMatcher, compileMatcher } from '../../alert/matcher.ts';
import { parseMatcher } from '../../alert/matcher-parse.ts';
import { compileRoute, groupKey, groupRef, matchRoutes, type Route, type RouteSpec } from '../../alert/route.ts';
import { aRoute } from '../support/fake-policy.ts';

function matcher(text: string): CompiledMatcher {
  const parsed = parseMatcher(text);
  assert.ok(!('problem' in parsed));
  const compiled = compileMatcher(parsed, (pattern) => {
    const regex = new RegExp(pattern, 'u');
    return (value) => regex.test(value);
  });
  assert.ok(!('problem' in compiled));
  return compiled;
}

/** A route for one team, found in the results by its channel. */
function node(matchers: string, rest: Partial<RouteSpec> = {}): RouteSpec {
  return aRoute({ matchers: matchers === '' ? [] : matchers.split(' ').map(matcher), ...rest });
}

const PAYLOADS = new URL('../fixtures/payloads/', import.meta.url);

for (const file of readdirSync(PAYLOADS).filter((name) => name.startsWith('alertmanager'))) {
  test(`[BR-INT-001] the group key equals the one in Alertmanager's own ${file}`, () => {
    const { alerts, groupKey: expected, groupLabels } = JSON.parse(readFileSync(new URL(file, PAYLOADS), 'utf8'));
    const [match] = matchRoutes(compileRoute(aRoute({ groupBy: ['namespace', 'alertname'] })), alerts[0].labels);
    assert.equal(groupKey(match!), expected);
    assert.deepEqual(match!.groupLabels, groupLabels);
  });
}

const TREE = compileRoute(
  node('', {
    channels: ['everyone'],
    routes: [
      node('service="shop"', {
        channels: ['shop'],
        groupBy: ['alertname'],
        routes: [
          node('severity="info"', { channels: ['shop-log'], groupBy: ['...'] }),
          node('severity="critical"', { channels: ['shop-pager'], groupWait: 0, continue: true }),
          node('zone=~".+" severity=~"crit.*"', { channels: ['shop-zone'], groupBy: ['zone'] }),
          node('severity="critical"', { channels: ['never-reached-with-a-zone'] }),
        ],
      }),
      node('service=~"db|cache"', {
        channels: ['storage'],
        repeatInterval: 1000,
        routes: [node('zone="eu"', { routes: [node('slow="yes"', { groupWait: 120_000 })] })],
      }),
      node('service="shop"', { channels: ['shadowed'] }),
    ],
  }),
);

const SHOP = '{}/{service="shop"}';
const STORAGE = '{}/{service=~"db|cache"}';

const CASES: readonly [Record<string, string>, string[], string[]][] = [
  [{}, ['everyone'], ['{}']],
  [{ service: 'unknown' }, ['everyone'], ['{}']],
  [{ service: 'shop' }, ['shop'], [SHOP]],
  [{ service: 'shop', severity: 'warning' }, ['shop'], [SHOP]],
  [{ service: 'shop', severity: 'info' }, ['shop-log'], [`${SHOP}/{severity="info"}`]],
  [
    { service: 'shop', severity: 'critical', zone: 'eu' },
    ['shop-pager', 'shop-zone'],
    [`${SHOP}/{severity="critical"}`, `${SHOP}/{severity=~"crit.*",zone=~".+"}`],
  ],
  [
    { service: 'shop', severity: 'critical' },
    ['shop-pager', 'never-reached-with-a-zone'],
    [`${SHOP}/{severity="critical"}`, `${SHOP}/{severity="critical"}`],
  ],
  [{ service: 'cache' }, ['storage'], [STORAGE]],
  [{ service: 'dbx' }, ['everyone'], ['{}']],
  [{ service: 'db', zone: 'eu' }, ['storage'], [`${STORAGE}/{zone="eu"}`]],
  [{ service: 'db', zone: 'eu', slow: 'yes' }, ['storage'], [`${STORAGE}/{zone="eu"}/{slow="yes"}`]],
];

for (const [labels, channels, ids] of CASES) {
  test(`[BR-AP-026] [BR-NOT-016] routes ${JSON.stringify(labels)} to ${channels.join(' and ')}`, () => {
    const matches = matchRoutes(TREE, labels);
    assert.deepEqual(
      matches.flatMap((match) => match.timing.channels),
      channels,
    );
    assert.deepEqual(
      matches.map((match) => match.routeId),
      ids,
    );
  });
}

test('timing and grouping come from the parent, at the root from the defaults', () => {
  const [root] = matchRoutes(TREE, {});
  assert.deepEqual(root!.timing, {
    groupWait: 30_000,
    groupInterval: 300_000,
    repeatInterval: 14_400_000,
    channels: ['everyone'],
  });
  const [deep] = matchRoutes(TREE, { service: 'db', zone: 'eu', slow: 'yes' });
  assert.deepEqual(deep!.timing, {
    ...root!.timing,
    groupWait: 120_000,
    repeatInterval: 1000,
    channels: ['storage'],
  });
  const [pager] = matchRoutes(TREE, { service: 'shop', severity: 'critical', alertname: 'X' });
  assert.deepEqual(pager!.groupLabels, { alertname: 'X' });
});

test("'...' groups by every label, and a list of a child takes that back", () => {
  const tree = compileRoute(node('', { groupBy: ['...'], routes: [node('a="1"', { groupBy: ['a'] })] }));
  assert.deepEqual(matchRoutes(tree, { b: '2', c: '' })[0]!.groupLabels, { b: '2' });
  assert.deepEqual(matchRoutes(tree, { a: '1', b: '2' })[0]!.groupLabels, { a: '1' });
});

test('a missing label groups with an empty one', () => {
  const tree = compileRoute(node('', { groupBy: ['a', 'constructor'] }));
  const keyOf = (labels: Record<string, string>) => groupKey(matchRoutes(tree, labels)[0]!);
  assert.equal(keyOf({}), '{}:{}');
  assert.equal(keyOf({ a: '' }), keyOf({}));
});

test('where the root has matchers and they do not match, nothing matches', () => {
  assert.deepEqual(matchRoutes(compileRoute(node('a="1"')), { a: '2' }), []);
});

test('group labels are printed by name, their values quoted as Go quotes', () => {
  const tree = compileRoute(node('', { groupBy: ['foo11', 'foo', 'abc'] }));
  const [match] = matchRoutes(tree, { foo11: 'x', foo: 'a"b\n', abc: '\u00e9' });
  assert.equal(groupKey(match!), '{}:{abc="\u00e9", foo="a\\"b\\n", foo11="x"}');
});

test('two routes with the same matchers are two groups; a route inserted elsewhere does not change either', () => {
  const twins = [node('a="1"', { continue: true }), node('a="1"')];
  const ids = (routes: RouteSpec[]) =>
    matchRoutes(compileRoute(node('', { routes })), { a: '1' }).map((match) => groupRef('t', match).id);
  const [first, second] = ids(twins);
  assert.notEqual(first, second);
  assert.deepEqual(ids([node('z="9"'), ...twins]), [first, second]);
});

test('the same group of two tenants is two groups', () => {
  const [match] = matchRoutes(TREE, { service: 'shop' });
  assert.notEqual(groupRef('t1', match!).id, groupRef('t2', match!).id);
  assert.equal(groupRef('t1', match!).id, groupRef('t1', match!).id);
});

/** The same tree, looked through route by route. */
function withoutIndex(route: Route): Route {
  return { ...route, index: null, routes: route.routes.map(withoutIndex) };
}

test('[BR-NOT-016] of many routes the same ones match, in the same order, as when each is asked', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom('1', '2', '3');
  const text = fc.tuple(name, fc.constantFrom('=', '!=', '=~'), fc.oneof(value, fc.constant(''))).map((all) => {
    return `${all[0]}${all[1]}"${all[2]}"`;
  });
  const child = fc
    .tuple(fc.array(text, { maxLength: 2 }), fc.boolean())
    .map(([matchers, goesOn]) => node(matchers.join(' '), { continue: goesOn, channels: [matchers.join()] }));
  const tree = fc.array(child, { minLength: 9, maxLength: 50 }).map((routes) => compileRoute(node('', { routes })));
  fc.assert(
    fc.property(tree, fc.dictionary(name, value, { noNullPrototype: true }), (root, labels) => {
      assert.notEqual(root.index, null);
      assert.deepEqual(matchRoutes(root, labels), matchRoutes(withoutIndex(root), labels));
    }),
    { numRuns: 500 },
  );
});
