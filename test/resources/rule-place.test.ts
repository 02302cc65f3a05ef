import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideMeaning } from '../../alert/meaning.ts';
import { anAlert } from '../support/notification.ts';
import { consoleChannel, resource, setOf } from './temp-config.ts';

const FILTER = `rules:
  - { name: keep-it, matchers: ['severity="info"'], action: keep }
  - { name: lift, matchers: ['severity="critical"'], action: setPriority, priority: P1 }`;
const POLICY = `environments:
  - { name: staging, patterns: ['-stg$'] }
  - { name: production, patterns: ['-prod$'], priority: P2 }`;
const ROUTE = `receivers: [channel/console]
routes:
  - { matchers: ['team="a"'], receivers: [channel/console] }
  - matchers: ['team="b"']
    routes:
      - { matchers: ['severity="critical"'] }`;

const files = {
  'a.yaml': consoleChannel() + resource('Filter', 'noise', FILTER) + resource('EnvironmentPolicy', 'default', POLICY),
  'routes.yaml': resource('Route', 'root', ROUTE),
};

test('[BR-AP-020] [BR-QUAL-017] every reason of a decision that names a rule is found in its file and line', async () => {
  const { policy, findRule } = await setOf(files);
  const labels = { alertname: 'X', namespace: 'shop-prod', team: 'b', severity: 'critical' };
  const { reasons } = decideMeaning(anAlert({ labels }), policy, 0);
  const found = reasons.map((reason) => {
    const place = findRule('default', reason);
    return [reason.code, place?.rule, place?.file.replace(/^.*\//, '')];
  });
  assert.deepEqual(found, [
    ['environment.pattern', 'EnvironmentPolicy default/default spec.environments[1]', 'a.yaml'],
    ['filter.priority', 'Filter default/noise spec.rules[1]', 'a.yaml'],
    ['route.matched', 'Route default/root spec.routes[1].routes[0]', 'routes.yaml'],
  ]);
  const lines = files['a.yaml'].split('\n');
  const line = findRule('default', reasons[1]!)?.line ?? 0;
  assert.match(lines[line - 1]!, /name: lift/);
});

test('[BR-AP-020] a reason of any kind finds the resource that it names; one that names none, or another tenant’s, nothing', async () => {
  const { findRule } = await setOf({
    ...files,
    'b.yaml':
      resource('Inhibition', 'node-down', `{ sourceMatch: ['alertname="a"'], targetMatch: ['alertname="b"'] }`) +
      resource('Silence', 's1', `{ matchers: ['alertname="a"'], endsAt: '2100-01-01T00:00:00Z' }`),
  });
  const rule = (code: string, detail: string, tenant = 'default') =>
    findRule(tenant, { code: code as never, detail })?.rule;
  assert.equal(rule('hold.inhibited', 'by alert 0123 (node-down); still held back'), 'Inhibition default/node-down');
  assert.equal(rule('hold.silence', 's1 by ann, until 2100: upgrade of Filter noise'), 'Silence default/s1');
  assert.equal(rule('hold.silence', 'set-by-a-person by ann, until noon'), undefined);
  assert.equal(rule('some.new-code', 'because Filter noise says so'), 'Filter default/noise');
  assert.equal(rule('some.new-code', 'because Filter noise says so', 'other'), undefined);
  assert.equal(rule('filter.dropped', 'rule gone of Filter default/gone'), undefined);
  assert.equal(rule('route.matched', '{team="z"}:{}'), undefined);
  assert.equal(rule('alert.opened', 'first report'), undefined);
});
