import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../alert/dry-run.ts';
import { anAlert } from '../support/notification.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const BASE = [
  resource('EnvironmentPolicy', 'p', "environments: [{ name: staging, patterns: ['-stg$'], priority: P4 }]"),
  resource('NamespaceClass', 'shop', "patterns: ['^shop']\nattributes: { criticality: medium }"),
  resource(
    'PriorityPolicy',
    'table',
    'rows:\n  - { name: vital, criticality: [critical], priority: P1 }\n  - { name: high, criticality: [high], priority: P2 }\ndefault: P5\nfloor: P3',
  ),
  resource(
    'Route',
    'root',
    'receivers: [channel/c]\nroutes: [{ matchers: [\'criticality="critical"\'], groupBy: [deployment] }]',
  ),
  resource('Channel', 'c', 'type: console'),
].join('');
const workload = (name: string, matchers: string, criticality: string) =>
  resource('WorkloadClass', name, `matchers: ${matchers}\ncriticality: ${criticality}`);

test('[BR-AP-031] [BR-QUAL-008] a workload may be more critical than its namespace: filters, priority and routes see it, with the rule', async () => {
  const { policy, findRule } = await setOf({
    'a.yaml': BASE + workload('checkout', '[\'deployment="checkout"\']', 'critical'),
  });
  const tried = (deployment: string, namespace = 'shop-stg') =>
    dryRun(policy, anAlert({ tenant: 'default', labels: { alertname: 'A', namespace, deployment } }), 0);
  const raised = tried('checkout');
  assert.deepEqual([raised.criticality, raised.priority, raised.environment], ['critical', 'P1', 'staging']);
  const why = raised.reasons.find(({ code }) => code === 'namespace.workload');
  assert.equal(why?.detail, 'criticality critical: WorkloadClass default/checkout {deployment="checkout"}');
  assert.equal(findRule('default', why!)?.rule, 'WorkloadClass default/checkout');
  assert.match(raised.groups[0]!.key, /criticality="critical"/, 'its route is chosen by it');
  const usual = tried('search');
  assert.deepEqual([usual.criticality, usual.priority], ['medium', 'P5']);
  assert.equal(
    usual.reasons.some(({ code }) => code === 'namespace.workload'),
    false,
  );
  assert.equal(tried('checkout', 'other-stg').criticality, 'critical', 'whatever its namespace is');
});

test('[BR-AP-031] it raises and never lowers; of several the most critical counts', async () => {
  const rules =
    workload('a-low', '[\'app=~".+"\']', 'low') +
    workload('b-high', '[\'app="api"\']', 'high') +
    workload('c-staging', '[\'app="api"\', \'environment="staging"\']', 'critical');
  const { policy } = await setOf({ 'a.yaml': BASE + rules });
  const criticality = (app: string, namespace: string) =>
    dryRun(policy, anAlert({ tenant: 'default', labels: { alertname: 'A', namespace, app } }), 0).criticality;
  assert.equal(criticality('x', 'shop'), 'medium', 'no sender lowers itself');
  assert.equal(criticality('x', 'other'), 'low', 'where nothing is known it is said');
  assert.equal(criticality('api', 'shop'), 'high');
  assert.equal(criticality('api', 'shop-stg'), 'critical', 'matchers see what Herald knows');
});

test('[BR-CFG-002] what is wrong with a WorkloadClass is told with its place', async () => {
  const refused = async (spec: string) =>
    (await problemsOf({ 'a.yaml': BASE + resource('WorkloadClass', 'w', spec) })).join();
  assert.match(await refused('matchers: []\ncriticality: low'), /spec\.matchers: is \[\]/);
  assert.match(await refused('matchers: [\'a=~"("\']\ncriticality: low'), /spec\.matchers\[0\]: .*missing \)/);
  assert.match(
    await refused('matchers: [\'a="b"\']\ncriticality: vital'),
    /spec\.criticality: is "vital".*critical, high/,
  );
});
