/** classify and backtest: what they tell of namespaces. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../support/leaks.ts';
import { herald, temporaryFolder } from './captured.ts';

const policy = (environments: string) => `
apiVersion: herald/v1
kind: EnvironmentPolicy
metadata: { name: main }
spec:
  environments: ${environments}
---
`;
const REST = `
apiVersion: herald/v1
kind: NamespaceClass
metadata: { name: pay }
spec: { patterns: ['^pay-'], attributes: { owner: team-pay, businessUnit: payments, compliance: [pci-dss] } }
---
apiVersion: herald/v1
kind: NamingStandard
metadata: { name: names }
spec: { forbidden: [tmp] }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: ops }
spec: { type: console }
`;
const PRODUCTION = "{ name: production, patterns: ['-prod$'] }";
const STAGING = "{ name: staging, patterns: ['-stg$'] }";

const now = await temporaryFolder({ 'all.yaml': policy(`[${PRODUCTION}, ${STAGING}]`) + REST });
const lossy = await temporaryFolder({
  'all.yaml':
    policy(`[${PRODUCTION}, { name: staging, patterns: ['-stg$', '^shop$'] }]`) + REST.replace('team-pay', 'team-cash'),
});

test('[BR-AP-020] [BR-QUAL-016] classify shows every attribute with the rule that it comes from', async () => {
  const { code, out } = await herald(['classify', 'pay-tmp-prod', '--config', now]);
  assert.equal(code, 0);
  assert.match(out, /^pay-tmp-prod$/m);
  assert.match(
    out,
    /^ {2}environment +production +environment\.pattern +namespace pay-tmp-prod matches production pattern/m,
  );
  assert.match(
    out,
    /^ {2}owner +team-pay +namespace\.class +owner team-pay: NamespaceClass default\/pay, pattern "\^pay-"$/m,
  );
  assert.match(out, /^ {2}compliance +pci-dss +namespace\.class/m);
  assert.match(out, /^ {2}naming +violated +namespace\.naming-violation +forbidden of NamingStandard default\/names/m);
  assert.match(out, /no rule gives: costCenter, criticality, slo, calendar/);
});

test('classify takes the labels that a namespace has in its cluster', async () => {
  const labelled = await herald(['classify', 'shop', '--labels', 'env=dev,team=web', '--json', '--config', now]);
  const { environment, rule, because } = JSON.parse(labelled.out);
  assert.deepEqual([environment, rule], ['development', 'label env=dev']);
  assert.equal(because.environment, 'label env=dev of namespace shop');
  assert.equal((await herald(['classify', 'shop', '--labels', 'env', '--config', now])).code, 2);
});

test('[BR-PERF-022] many names become a table, thousands within seconds', async () => {
  const names = Array.from({ length: 2000 }, (_, i) => `pay-${i}-prod`);
  const { code, out } = await herald(['classify', ...names, '--config', now]);
  assert.equal(code, 0);
  assert.match(out, /^NAMESPACE +ENVIRONMENT .*BUSINESS UNIT +OWNER/);
  assert.equal(out.trim().split('\n').length, names.length + 1);
});

const folder = await temporaryFolder({ names: 'shop\npay-web-prod\n\n  shop-stg  \nother/web\nx-tmp\n' });
const names = join(folder, 'names');

test('[BR-QUAL-012] [BR-QUAL-014] backtest tells coverage, changes and the production that a candidate would lose, and refuses it', async () => {
  const { code, out, err } = await herald(['backtest', lossy, '--names', names, '--config', now]);
  assert.equal(code, 1);
  assert.match(out, /^names +5$/m);
  assert.match(out, /^covered by a pattern or label +3 \(60\.0 %\)$/m);
  assert.match(out, /^production that is lost +1 \(20\.0 %\)$/m);
  assert.match(out, /default\/shop +production +staging +namespace shop matches staging pattern "\^shop\$"/);
  assert.match(out, /default\/pay-web-prod +owner +team-pay +team-cash/);
  assert.match(
    err,
    /refused: 1 production namespace would be handled as less; leavesProduction in the EnvironmentPolicy or --allow-production-loss/,
  );
  const allowed = await herald(['backtest', lossy, '--names', names, '--config', now, '--allow-production-loss']);
  assert.deepEqual([allowed.code, allowed.err], [0, '']);
});

test('[BR-QUAL-012] a candidate that changes nothing is fine, and a program can read why', async () => {
  const { code, out } = await herald(['backtest', now, '--names', names, '--config', now, '--json']);
  assert.equal(code, 0);
  const { names: count, covered, changes, losses, refused, violations, uncovered } = JSON.parse(out);
  assert.deepEqual([count, covered, changes, losses, refused, violations], [5, 2, [], [], false, 1]);
  assert.deepEqual(uncovered, ['default/shop', 'other/web', 'default/x-tmp']);
});

/** A Herald that answers every GET so; its URL. */
async function serving(answer: (url: string) => object): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json').setHeader('connection', 'close');
    response.end(JSON.stringify(answer(url)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('[BR-QUAL-012] without a file the names are all that the running Herald has ever seen, page by page', async () => {
  const attributes = {
    businessUnit: null,
    owner: null,
    costCenter: null,
    criticality: null,
    slo: null,
    compliance: [],
    calendar: null,
  };
  const seen = (namespace: string) => ({ tenant: 'default', namespace, environment: 'production', ...attributes });
  const asked: string[] = [];
  const base = await serving((url) => {
    asked.push(url);
    const second = url.includes('cursor=two');
    return { namespaces: second ? [seen('shop')] : [seen('pay-web-prod')], next: second ? null : 'two' };
  });
  const { code, out } = await herald(['backtest', lossy, '--url', base, '--json']);
  assert.equal(code, 1);
  const { names: count, losses, attributeChanges } = JSON.parse(out);
  assert.equal(count, 2);
  assert.deepEqual(
    losses.map(({ namespace }: { namespace: string }) => namespace),
    ['shop'],
  );
  assert.equal(attributeChanges.length, 3, 'owner, business unit and compliance of pay-web-prod');
  assert.equal(asked.length, 2);
});

test('[BR-QUAL-012] [BR-AP-028] where people put a namespace is no change of the policy', async () => {
  const none = { businessUnit: null, owner: null, costCenter: null, criticality: null, slo: null, compliance: [] };
  const placement = { id: 'p1', environment: 'production', because: 'people' };
  // Also a name that every object has a field of.
  const namespaces = [
    { tenant: 'default', namespace: 'shop-stg', environment: 'production', ...none, calendar: null, placement },
    {
      tenant: 'default',
      namespace: 'constructor',
      environment: 'production',
      ...none,
      calendar: null,
      placement: null,
    },
  ];
  const url = await serving(() => ({ namespaces, next: null }));
  const { code, out } = await herald(['backtest', now, '--url', url, '--json']);
  assert.equal(code, 0, out);
  const { names: count, changes, losses, byEnvironment } = JSON.parse(out);
  assert.deepEqual([count, changes, losses, byEnvironment.production], [2, [], [], 2]);
});

test('backtest says what it cannot read', async () => {
  const missing = await herald(['backtest', now, '--names', join(folder, 'nothing'), '--config', now]);
  assert.deepEqual([missing.code, /cannot read .*nothing/.test(missing.err)], [1, true]);
  const nobody = await herald(['backtest', now, '--url', 'http://127.0.0.1:9']);
  assert.deepEqual([nobody.code, /127\.0\.0\.1:9/.test(nobody.err)], [1, true]);
});
