import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, resource, setOf } from './temp-config.ts';

/** As kubectl prints it. */
const namespace = (name: string, metadata: string) => `apiVersion: v1
kind: Namespace
metadata:
  creationTimestamp: "2026-03-01T10:00:00Z"
  name: ${name}
  resourceVersion: "417"
  uid: 0b5a5c0e-7c8c-4a53-a9a9-6f6f0f0d3f0a
${metadata.replace(/^/gm, '  ')}
spec:
  finalizers:
  - kubernetes
status:
  phase: Active
`;
const item = (text: string) => `- ${text.trimEnd().replace(/\n/g, '\n  ')}\n`;
const list = (...items: string[]) =>
  `apiVersion: v1\nitems:\n${items.map(item).join('')}kind: List\nmetadata:\n  resourceVersion: ""\n`;
const POLICY = resource(
  'EnvironmentPolicy',
  'p',
  "environments: [{ name: development, patterns: ['-dev$'] }]\ndefault: staging",
);

test('[BR-AP-021] what kubectl prints of namespaces is their labels, which come before their names', async () => {
  const printed = list(
    namespace('crm', 'labels:\n  environment: production\n  kubernetes.io/metadata.name: crm'),
    namespace('crm-dev', 'labels:\n  env: test\n  kubernetes.io/metadata.name: crm-dev'),
    namespace('plain', ''),
    namespace('shop', 'annotations:\n  herald/tenant: shop\nlabels:\n  env: dev'),
  );
  const { policy } = await setOf({ 'policy.yaml': POLICY, 'cluster.yaml': printed });
  const of = (name: string, tenant = 'default') => {
    const { environment, because } = policy.profile(tenant, name);
    return [environment, because.environment.code];
  };
  assert.deepEqual(of('crm'), ['production', 'environment.label']);
  assert.deepEqual(of('crm-dev'), ['testing', 'environment.label']);
  assert.deepEqual(of('plain'), ['staging', 'environment.default']);
  assert.deepEqual(of('shop'), ['staging', 'environment.default'], 'it is of another tenant');
  assert.deepEqual(of('shop', 'shop'), ['development', 'environment.label']);
});

test('[BR-AP-021] one namespace alone, and several documents, are read as well', async () => {
  const printed = `${namespace('a', 'labels:\n  env: prod')}---\n${namespace('b', 'labels:\n  env: dev')}`;
  const { policy } = await setOf({ 'policy.yaml': POLICY, 'cluster.yaml': printed });
  assert.equal(policy.profile('default', 'a').environment, 'production');
  assert.equal(policy.profile('default', 'b').environment, 'development');
});

test('[BR-CFG-002] what a cluster prints and cannot be read is told where it stands', async () => {
  const problems = async (text: string) =>
    (await problemsOf({ 'policy.yaml': POLICY, 'cluster.yaml': text })).join('\n');
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n';
  assert.match(await problems(list(namespace('a', ''), pod)), /^\d+ items\[1\]\.kind: is "Pod"; allowed: .*Namespace/m);
  const numbers = await problems(list(namespace('a', 'labels:\n  env: 5')));
  assert.match(numbers, /^\d+ items\[0\]\.metadata\.labels\.env: is 5/m);
  const twice = await problems(list(namespace('a', ''), namespace('a', '')));
  assert.match(twice, /items\[1\]\.metadata\.name: .*a/);
  assert.match(await problems('apiVersion: v1\nkind: List\nitems: 5\n'), /kind: is "List"/);
});
