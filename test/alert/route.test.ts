import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type CompiledMatcher, compileMatcher } from '../../alert/matcher.ts';
import { parseMatcher } from '../../alert/matcher-parse.ts';
import { compileRoute, groupKey, groupRef, matchRoutes, type RouteSpec } from '../../alert/route.ts';
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

// The tree and the expectations of Alertmanager's own TestRouteMatch (dispatch/route_test.go), in our words.
const TREE = compileRoute(
  node('', {
    channels: ['notify-def'],
    routes: [
      node('owner="team-A"', {
        channels: ['notify-A'],
        routes: [
          node('env="testing"', { channels: ['notify-testing'], groupBy: ['...'] }),
          node('env="production"', {
            channels: ['notify-productionA'],
            groupWait: 60_000,
            continue: true,
          }),
          node('env=~"produ.*" job=~".*"', { channels: ['notify-productionB'], groupWait: 30_000, groupBy: ['job'] }),
        ],
      }),
      node('owner=~"team-(B|C)"', { channels: ['notify-BC'], groupBy: ['foo', 'bar'], repeatInterval: 1 }),
      node('group_by="role"', {
        groupBy: ['role'],
        routes: [
          node('env="testing"', {
            channels: ['notify-testing'],
            routes: [node('wait="long"', { groupWait: 120_000 })],
          }),
        ],
      }),
    ],
  }),
);

const CASES: readonly [Record<string, string>, string[], string[]][] = [
  [{ owner: 'team-A' }, ['notify-A'], ['{}/{owner="team-A"}']],
  [{ owner: 'team-A', env: 'unset' }, ['notify-A'], ['{}/{owner="team-A"}']],
  [{ owner: 'team-C' }, ['notify-BC'], ['{}/{owner=~"team-(B|C)"}']],
  [{ owner: 'team-A', env: 'testing' }, ['notify-testing'], ['{}/{owner="team-A"}/{env="testing"}']],
  [
    { owner: 'team-A', env: 'production' },
    ['notify-productionA', 'notify-productionB'],
    ['{}/{owner="team-A"}/{env="production"}', '{}/{owner="team-A"}/{env=~"produ.*",job=~".*"}'],
  ],
  [{ group_by: 'role' }, ['notify-def'], ['{}/{group_by="role"}']],
  [{ env: 'testing', group_by: 'role' }, ['notify-testing'], ['{}/{group_by="role"}/{env="testing"}']],
  [{ owner: 'nobody' }, ['notify-def'], ['{}']],
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
    channels: ['notify-def'],
  });
  const labels = { group_by: 'role', env: 'testing', wait: 'long', role: 'db' };
  const [deep] = matchRoutes(TREE, labels);
  assert.deepEqual(deep!.timing, { ...root!.timing, groupWait: 120_000, channels: ['notify-testing'] });
  assert.deepEqual(deep!.groupLabels, { role: 'db' });
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
  const [match] = matchRoutes(TREE, { owner: 'team-A' });
  assert.notEqual(groupRef('t1', match!).id, groupRef('t2', match!).id);
  assert.equal(groupRef('t1', match!).id, groupRef('t1', match!).id);
});
