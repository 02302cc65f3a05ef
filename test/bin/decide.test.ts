/** check, classify and dry-run: what they tell from a configuration folder alone. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { KINDS } from '../../resources/registry.ts';
import { ROOT } from '../support/source-tree.ts';
import { herald, temporaryFolder } from './captured.ts';

const RESOURCES = `
apiVersion: herald/v1
kind: Source
metadata: { name: alertmanager }
spec: { format: alertmanager }
---
apiVersion: herald/v1
kind: EnvironmentPolicy
metadata: { name: default }
spec:
  environments:
    - { name: production, patterns: ['-prod$'], priority: P1 }
    - { name: staging, patterns: ['-stg$'], priority: P3 }
---
apiVersion: herald/v1
kind: Route
metadata: { name: root }
spec: { groupBy: [alertname], receivers: [channel/ops], groupWait: 30s }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: ops }
spec: { type: console }
`;

const good = await temporaryFolder({ 'all.yaml': RESOURCES });
const bad = await temporaryFolder({
  'all.yaml': RESOURCES.replace('channel/ops', 'channel/oops').replace('30s', 'soon'),
});
/** No Herald is there to be asked what fires. */
const ALONE = { HERALD_LISTEN: '127.0.0.1:1' };
const critical = join(ROOT, 'test/fixtures/payloads/alertmanager-0.25-firing-critical.json');

test('[BR-WH-019] check says what is there, or every problem with file, line and path', async () => {
  const fine = await herald(['check', good]);
  assert.equal(fine.code, 0);
  assert.match(fine.out, /good: 1 file, 1 source, 1 channel, hash [0-9a-f]{64}/);
  const broken = await herald(['check', bad]);
  assert.equal(broken.code, 1);
  assert.match(broken.err, /all\.yaml:\d+:\d+\n {4}spec\.receivers\[0\]: .*oops/);
  assert.match(broken.err, /spec\.groupWait: .*soon/);
  const program = JSON.parse((await herald(['check', bad, '--json'])).out);
  assert.equal(program.ok, false);
  assert.deepEqual(program.problems.map((problem: { path: string }) => problem.path).sort(), [
    'spec.groupWait',
    'spec.receivers[0]',
  ]);
});

/** Examples for nats-server (test/bus/nats-accounts.test.ts). */
const NO_RESOURCES = join('examples', 'nats');

test('[BR-CFG-009] every folder of examples is good, and the kinds that there are stand in them or in config/', async () => {
  const found = new Set<string>();
  const folders = (await readdir(join(ROOT, 'examples'), { withFileTypes: true })).filter((one) => one.isDirectory());
  assert.ok(folders.length > 5);
  for (const folder of [join(ROOT, 'config'), ...folders.map(({ name }) => join(ROOT, 'examples', name))]) {
    const yaml = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
    if (folder.endsWith(NO_RESOURCES)) continue;
    assert.ok(yaml.length > 0, folder);
    const { code, err } = await herald(['check', folder, '--without-secrets']);
    assert.deepEqual([code, err], [0, ''], folder);
    for (const file of yaml) {
      const text = await readFile(join(folder, file), 'utf8');
      for (const [, kind] of text.matchAll(/^kind: (\w+)$/gm)) found.add(kind!);
    }
  }
  assert.deepEqual(
    [...KINDS].filter((kind) => !found.has(kind)),
    [],
  );
});

test('check without the secrets names them, and is as strict about everything else', async () => {
  const channel = RESOURCES.replace(
    'type: console',
    'type: webhook, url: https://hooks.example/x, secret: { env: NOT_HERE }',
  );
  const folder = await temporaryFolder({ 'all.yaml': channel });
  assert.equal((await herald(['check', folder])).code, 1);
  const { code, out } = await herald(['check', folder, '--without-secrets']);
  assert.equal(code, 0);
  assert.match(
    out,
    /^good, but for what only shows with 1 secret:\n {2}.*all\.yaml:\d+ spec\.secret: environment variable NOT_HERE is not set$/m,
  );
  const { secrets } = JSON.parse((await herald(['check', folder, '--without-secrets', '--json'])).out);
  assert.deepEqual(
    secrets.map(({ path }: { path: string }) => path),
    ['spec.secret'],
  );
  const wrong = await temporaryFolder({ 'all.yaml': channel.replace('30s', 'soon') });
  assert.equal((await herald(['check', wrong, '--without-secrets'])).code, 1);
});

test('check says that it does not look into the store of secrets', async () => {
  const channel = RESOURCES.replace(
    'type: console',
    'type: webhook, url: https://hooks.example/x, secret: { secret: hook }',
  );
  const folder = await temporaryFolder({ 'all.yaml': channel });
  const { code, out } = await herald(['check', folder]);
  assert.equal(code, 0);
  assert.match(out, /^good: .*\nnot looked at: secrets of the store, .*HERALD_SECRET_KEY/);
  assert.equal(JSON.parse((await herald(['check', folder, '--json'])).out).untold, true);
  assert.doesNotMatch((await herald(['check', good])).out, /not looked at/);
});

test('check names the sources of which nobody hears, and calls that no mistake', async () => {
  const source = (name: string) =>
    `---\napiVersion: herald/v1\nkind: Source\nmetadata: { name: ${name}, tenant: acme }\nspec: { format: herald }\n`;
  const folder = await temporaryFolder({ 'all.yaml': `${RESOURCES}\n${source('a')}${source('b')}` });
  const { code, out } = await herald(['check', folder]);
  assert.equal(code, 0);
  assert.match(
    out,
    /^nobody hears: tenant acme has no Route here, so nobody is told of what comes by source\/a, source\/b$/m,
  );
  const { unheard } = JSON.parse((await herald(['check', folder, '--json'])).out);
  assert.deepEqual(unheard, [{ tenant: 'acme', sources: ['source/a', 'source/b'] }]);
  assert.doesNotMatch((await herald(['check', good])).out, /nobody hears/);
});

test('check takes the folder from --config, from HERALD_CONFIG, or as a word', async () => {
  assert.equal((await herald(['check', '--config', good], { HERALD_CONFIG: bad })).code, 0);
  assert.equal((await herald(['check'], { HERALD_CONFIG: good })).code, 0);
  assert.equal((await herald(['check', bad], { HERALD_CONFIG: good })).code, 1);
});

test('[BR-CFG-009] the example configuration is good', async () => {
  assert.equal((await herald(['check', join(ROOT, 'config')])).code, 0);
});

test('classify answers one JSON line per namespace', async () => {
  const { code, out } = await herald(['classify', 'shop-prod', 'shop-stg', 'shop', '--json', '--config', good]);
  assert.equal(code, 0);
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => {
        const { namespace, environment, priority, reason, rule, policy } = JSON.parse(line);
        return { namespace, environment, priority, reason, rule, policy };
      }),
    [
      {
        namespace: 'shop-prod',
        environment: 'production',
        priority: 'P1',
        reason: 'environment.pattern',
        rule: '-prod$',
        policy: 'default/default',
      },
      {
        namespace: 'shop-stg',
        environment: 'staging',
        priority: 'P3',
        reason: 'environment.pattern',
        rule: '-stg$',
        policy: 'default/default',
      },
      {
        namespace: 'shop',
        environment: 'production',
        priority: 'P1',
        reason: 'environment.default',
        rule: null,
        policy: 'default/default',
      },
    ],
  );
  const other = await herald(['classify', 'shop-stg', '--json', '--tenant', 'other', '--config', good]);
  assert.equal(JSON.parse(other.out).environment, 'production', 'a tenant without a policy is handled as production');
});

test('dry-run tells environment, groups and channels of each alert', async () => {
  const { code, out } = await herald(['dry-run', critical, '--config', good], ALONE);
  assert.equal(code, 0);
  assert.match(out, /^KubePodCrashLooping {2}default\/089c6e69d2c44267 {2}firing$/m);
  assert.match(out, /production, P1, namespace payments-prod/);
  assert.match(out, /waits 30 s, tells ops/);
  const [alert] = JSON.parse((await herald(['dry-run', critical, '--config', good, '--json'], ALONE)).out).alerts;
  assert.equal(alert.fingerprint, '089c6e69d2c44267');
  assert.deepEqual(alert.groups[0].channels, ['ops']);
});

test('dry-run names what is wrong with a body, a source and the resources', async () => {
  const folder = await temporaryFolder({ 'wrong.json': '{"alerts":[{"status":"burning"}]}', 'cut.json': '{"alerts":' });
  const wrong = await herald(['dry-run', join(folder, 'wrong.json'), '--config', good], ALONE);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /\/alerts\/0\/status: "burning"; allowed: "firing" or "resolved"/);
  assert.match(
    (await herald(['dry-run', join(folder, 'cut.json'), '--config', good], ALONE)).err,
    /400 Body is not JSON/,
  );
  assert.match(
    (await herald(['dry-run', critical, '--source', 'alertmanger', '--config', good], ALONE)).err,
    /did you mean alertmanager\?/,
  );
  assert.match(
    (await herald(['dry-run', critical, '--config', bad], ALONE)).err,
    /the resources are not right:[\s\S]*oops/,
  );
});
