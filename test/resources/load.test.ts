import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { namespaceOf } from '../../alert/namespace.ts';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { channelTypes, consoleChannel, load, resource, setOf, tempConfig } from './temp-config.ts';

const root = (tenant?: string) => resource('Route', 'root', 'receivers: [channel/console]', tenant);

test('[BR-CFG-002] the configuration of a fresh checkout loads without a problem', async () => {
  const loaded = await loadResources('config', { channelTypes: channelSchemas, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { policy, sources, channels } = loaded.set;
  assert.deepEqual([...sources.keys()].sort(), ['alertmanager', 'grafana', 'herald', 'json', 'prometheus']);
  assert.deepEqual([...channels.keys()].sort(), ['default/console', 'default/ops']);
  const critical = policy.route('default', { alertname: 'A', severity: 'critical', environment: 'production' });
  assert.deepEqual(critical[0]!.timing, {
    groupWait: 0,
    groupInterval: 5000,
    repeatInterval: 14_400_000,
    channels: ['console', 'ops'],
  });
  const other = policy.route('default', { alertname: 'A', severity: 'warning', environment: 'production' });
  assert.equal(other[0]!.timing.groupWait, 30_000);
});

test('the examples of filters, of mapped sources, of escalation and of delivery load without a problem', async () => {
  for (const folder of [
    'examples/filters',
    'examples/mapped',
    'examples/escalation',
    'examples/delivery',
    'examples/people',
    'examples/audience',
  ]) {
    const loaded = await loadResources(folder, { channelTypes: channelSchemas, env: {} });
    assert.ok(loaded.ok, JSON.stringify(loaded));
  }
});

test('[BR-SEC-008] the example of access loads, once its keys are there', async () => {
  const names = ['HERALD_ADMIN_KEY', 'HERALD_ADMIN_KEY_NEXT', 'HERALD_SCRAPE_KEY'];
  const env = Object.fromEntries(names.map((name, i) => [name, String(i).repeat(32)]));
  const loaded = await loadResources('examples/access', { channelTypes: channelSchemas, env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(
    [...loaded.set.signIn.keys.values()].map(({ name }) => name),
    ['break-glass', 'break-glass', 'prometheus'],
  );
});

test('[BR-AP-022] [BR-QUAL-001] its patterns classify names as people mean them', async () => {
  const loaded = await loadResources('config', { channelTypes: channelSchemas, env: {} });
  assert.ok(loaded.ok);
  const expected = {
    production: [
      'payments-prod',
      'prod-eu',
      'shop-live-2',
      'shop-prod-eu1',
      'kube-system',
      'PAYMENTS-PROD',
      'productivity',
    ],
    staging: ['payments-stg', 'staging', 'pre-prod-web', 'web-preprod', 'uat-2'],
    testing: ['qa', 'shop-test', 'e2e-shop'],
    development: ['dev-anna', 'sandbox', 'web-pr-1234'],
  };
  for (const [environment, names] of Object.entries(expected)) {
    for (const namespace of names) {
      assert.equal(loaded.set.policy.profile('default', namespace).environment, environment, namespace);
    }
  }
});

test('[BR-AP-025] the example of two teams loads once its secrets are there', async () => {
  const env = { SHOP_SOURCE_TOKEN: 'a', SHOP_HOOK_SECRET: 'b', PAYMENTS_SOURCE_TOKEN: 'c', PAYMENTS_HOOK_TOKEN: 'd' };
  const loaded = await loadResources('examples/teams', { channelTypes: channelSchemas, env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { policy, sources } = loaded.set;
  assert.deepEqual(sources.get('shop-alertmanager')!.auth, { type: 'bearer', tokens: ['a'] });
  assert.equal(policy.profile('shop', 'shop-dev-x').environment, 'development');
  assert.equal(policy.profile('payments', 'shop-dev-x').environment, 'production');
  const routed = policy.route('payments', { alertname: 'A', priority: 'P1' });
  assert.deepEqual(
    routed.map((match) => match.timing.channels),
    [['audit'], ['team']],
  );
  const without = await loadResources('examples/teams', { channelTypes: channelSchemas, env: {} });
  assert.ok(!without.ok && without.problems.length === 4);
});

test('every default that INTERFACE.md promises holds', async () => {
  const source = resource('Source', 'in', 'format: herald');
  const set = await setOf({ 'a.yaml': source + consoleChannel() + root() });
  assert.deepEqual(set.sources.get('in'), {
    name: 'in',
    tenant: 'default',
    format: 'herald',
    auth: { type: 'none' },
    access: null,
    bulk: false,
    maxBodyBytes: 32 * 1024 * 1024,
    mask: null,
    untold: false,
  });
  assert.deepEqual(set.policy.channel('default', 'console'), {
    name: 'console',
    type: 'console',
    sendResolved: true,
    maxAlerts: 0,
    retry: { maxAttempts: 10, maxAttemptsAlone: 30, initial: 1000, max: 300_000 },
    concurrency: 16,
    onUncertain: 'resend',
    breaker: { failures: 20, pause: 10_000, maxPause: 120_000 },
  });
  const unclassified = set.policy.profile('default', 'dev-x');
  assert.deepEqual(
    [unclassified.environment, unclassified.priority, unclassified.reasons[0]!.code],
    ['production', 'P1', 'environment.default'],
  );
  assert.equal(set.policy.channel('default', 'gone'), null);
});

test('[BR-QUAL-009] a tenant sees its own routes, channels and patterns only', async () => {
  const staging = 'environments: [{ name: staging, patterns: [web] }]';
  const set = await setOf({
    'one.yaml': consoleChannel('one') + root('one') + resource('EnvironmentPolicy', 'p', staging, 'one'),
    'two.yaml': consoleChannel('two') + resource('Route', 'z', 'receivers: [channel/console]\nmatchers: [a=b]', 'two'),
  });
  assert.equal(set.policy.profile('one', 'web').environment, 'staging');
  assert.equal(set.policy.profile('two', 'web').environment, 'production');
  assert.equal(set.policy.route('one', { x: 'y' }).length, 1);
  assert.deepEqual(set.policy.route('two', { x: 'y' }), []);
  assert.deepEqual(set.policy.route('three', { a: 'b' }), []);
});

test('[BR-AP-021] an environment or priority among the labels of an alert does not lower what its namespace says', async () => {
  const policy = 'environments: [{ name: production, patterns: ["-prod$"] }, { name: development, patterns: [dev] }]';
  const set = await setOf({ 'a.yaml': resource('EnvironmentPolicy', 'p', policy) });
  const labels = { namespace: 'web-prod', environment: 'development', env: 'dev', priority: 'P5', tenant: 'dev' };
  const found = set.policy.profile('default', namespaceOf(labels));
  assert.deepEqual([found.environment, found.priority], ['production', 'P1']);
});

test('equal routes of two trees lead to two groups, in the order of the names of the trees', async () => {
  const trees = resource('Route', 'b', 'receivers: [channel/two]') + resource('Route', 'a', 'receivers: [channel/one]');
  const channels = resource('Channel', 'one', 'type: console') + resource('Channel', 'two', 'type: console');
  const matches = (await setOf({ 'a.yaml': trees + channels })).policy.route('default', { x: 'y' });
  assert.deepEqual(
    matches.map(({ routeId, twin, timing }) => [routeId, twin, timing.channels]),
    [
      ['{}', 0, ['one']],
      ['{}', 1, ['two']],
    ],
  );
});

test('the hash tells content, not its order, its comments or its file; a source leaves the policy as it is', async () => {
  const one = await setOf({ 'a.yaml': consoleChannel() + root() });
  const same = await setOf({ 'x/b.yml': `# moved\n${root()}`, 'y.yaml': consoleChannel() });
  const other = await setOf({
    'a.yaml': consoleChannel() + resource('Route', 'root', 'receivers: [channel/console]\ngroupWait: 1s'),
  });
  const withSource = await setOf({ 'a.yaml': consoleChannel() + root() + resource('Source', 's', 'format: herald') });
  assert.match(one.hash, /^[0-9a-f]{64}$/);
  assert.equal(same.hash, one.hash);
  assert.notEqual(other.policy.hash, one.policy.hash);
  assert.notEqual(withSource.hash, one.hash);
  assert.equal(withSource.policy.hash, one.policy.hash);
});

test('what is in force cannot be changed', async () => {
  const hook = resource('Channel', 'hook', 'type: hook\nurl: http://x\nheaders: { A: b }');
  const set = await setOf({ 'a.yaml': hook + resource('Source', 's', 'format: herald') });
  const channel = set.channels.get('default/hook')!;
  for (const part of [
    set,
    set.policy,
    set.sources.get('s')!,
    channel,
    channel.options,
    channel.options.headers,
    channel.policy.retry,
  ]) {
    assert.ok(Object.isFrozen(part));
  }
  assert.deepEqual(channel.options, { url: 'http://x', headers: { A: 'b' } });
});

test('[BR-CFG-002] a link to a file of a directory below hides nothing of that directory', async () => {
  const dir = tempConfig({
    'team/first.yaml.in': consoleChannel(),
    'team/other.yaml': resource('Channel', 'other', 'type: console'),
  });
  symlinkSync('team/first.yaml.in', join(dir, 'first.yaml'));
  const loaded = await loadResources(dir, { channelTypes });
  assert.ok(loaded.ok);
  assert.ok(loaded.set.channels.has('default/other'));
});

test('several documents, empty ones, comments, a byte order mark and anchors are all read', async () => {
  const anchors = 'groupWait: &w 1s\nreceivers: &r [channel/console]\nroutes: [{ groupInterval: *w, receivers: *r }]';
  const text = `\ufeff# only a comment\n---\n---\n${consoleChannel()}${resource('Route', 'root', anchors)}`;
  const set = await setOf({ 'a.yaml': text, 'notes.txt': '{{{', '.hidden.yaml': '{{{', '.d/x.yaml': '{{{' });
  assert.equal(set.policy.route('default', {})[0]!.timing.groupInterval, 1000);
  assert.equal(set.files.length, 1);
});

test('what only the channel can judge is a problem of the resource too', async () => {
  const hook = resource('Channel', 'hook', 'type: hook\nurl: http://x');
  const checkChannel = (type: string) => (type === 'hook' ? { path: 'url', message: 'is not to my liking' } : null);
  const refused = await load({ 'a.yaml': consoleChannel() + hook }, { checkChannel });
  assert.ok(!refused.ok);
  assert.equal(refused.problems.length, 1);
  const [problem] = refused.problems;
  assert.deepEqual([problem!.line, problem!.path, problem!.message], [12, 'spec.url', 'is not to my liking']);
});
