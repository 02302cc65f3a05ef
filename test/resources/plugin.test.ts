import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { Plugins } from '../../rules/plugins.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import { channelTypes, load, problemsOf, resource, setOf, tempConfig, writeFiles } from './temp-config.ts';

const MODULE = "export default { herald: 1, kind: 'filter', version: '1', filter: () => null };";
const plugin = (fields = '', name = 'p', tenant?: string) =>
  resource('Plugin', name, `kind: filter\nmodule: ./p.mjs${fields}`, tenant);

test('[BR-AP-010] a Plugin names its module from the folder of its file, with limits and whom it is asked about', async () => {
  const declared = plugin('\ntimeout: 1s\nmemory: 128\nmatchers: [team="db"]\ndropProduction: true');
  const set = await setOf({ 'a/p.yaml': declared + plugin('', 'a'), 'a/p.mjs': MODULE });
  const spec = set.plugins.get('default/p');
  assert.ok(spec);
  assert.ok(spec.module.endsWith('/a/p.mjs'));
  assert.deepEqual([spec.timeout, spec.memory], [1000, 128]);
  assert.deepEqual([set.plugins.get('default/a')?.timeout, set.plugins.get('default/a')?.memory], [200, 64]);
  const rules = set.policy.plugins('default');
  assert.deepEqual(
    rules.map(({ key, matchers, dropProduction }) => [key, matchers.length, dropProduction]),
    [
      ['default/a', 0, false],
      ['default/p', 1, true],
    ],
  );
  assert.equal(set.policy.plugins('default'), rules);
  assert.deepEqual(set.policy.plugins('other'), []);
});

test('[BR-AP-010] what is wrong with a Plugin is refused with its place and what is allowed', async () => {
  const wrong = (fields: string) => problemsOf({ 'p.yaml': resource('Plugin', 'p', fields), 'p.mjs': MODULE });
  const cases: readonly [string, RegExp][] = [
    ['kind: scorer\nmodule: ./p.mjs', /^5 spec.kind: is "scorer"; allowed: filter, correlator/],
    ['kind: correlator\nmodule: ./p.mjs\ntimeout: 5s', /^7 spec.timeout: is "5s"; allowed: at most 4s/],
    ['kind: correlator\nmodule: ./p.mjs\nmatchers: [a="b"]', /^7 spec.matchers: does not belong to a correlator/],
    ['kind: filter', /spec.module: is missing; allowed: the path of an ES module/],
    ['kind: filter\nmodule: ./p.wasm', /spec.module: is "\.\/p\.wasm"; allowed: the path of an ES module/],
    [
      'kind: filter\nmodule: ./q.mjs',
      /^6 spec.module: is "\.\/q\.mjs", which cannot be read \(ENOENT\); allowed: a module/,
    ],
    [
      'kind: filter\nmodule: ../p.mjs',
      /spec.module: is "\.\.\/p\.mjs", which is not below .*; allowed: a module in that folder/,
    ],
    ['kind: filter\nmodule: /etc/p.mjs', /spec.module: is "\/etc\/p\.mjs", which is not below/],
    ['kind: filter\nmodule: ./p.mjs\ntimeout: 3s', /^7 spec.timeout: is "3s"; allowed: at most 2s/],
    ['kind: filter\nmodule: ./p.mjs\nmemory: 4', /spec.memory: is 4 \(number\); .*from 8 to 2048/],
    ['kind: filter\nmodule: ./p.mjs\nmatchers: ["a b"]', /spec.matchers\[0\]: is "a b"/],
  ];
  for (const [fields, expected] of cases) assert.match((await wrong(fields)).join('\n'), expected, fields);
});

test('[BR-AP-010] [BR-ERR-011] another content of the module is another policy, wherever the folder lies', async () => {
  const hashOf = async (module: string) => (await setOf({ 'p.yaml': plugin(), 'p.mjs': module })).policy.hash;
  assert.equal(await hashOf(MODULE), await hashOf(MODULE));
  assert.notEqual(await hashOf(MODULE), await hashOf(`${MODULE}\n`));
});

test('[BR-AP-010] a changed module is seen as a change of the configuration, and its folder is watched', async () => {
  const dir = tempConfig({ 'p.yaml': plugin().replace('./p.mjs', './sub/p.mjs'), 'sub/p.mjs': MODULE });
  const first = await loadResources(dir, { channelTypes, env: {} });
  writeFiles(dir, { 'sub/p.mjs': `${MODULE}\n` });
  const second = await loadResources(dir, { channelTypes, env: {} });
  assert.notEqual(first.fingerprint, second.fingerprint);
  assert.ok(second.directories.includes(join(dir, 'sub')));
  const missing = await load({ 'p.yaml': plugin() });
  assert.ok(!missing.ok);
});

test('[BR-AP-010] the example of a plug-in loads, and says what it says it does', async () => {
  const loaded = await loadResources('examples/plugins', { channelTypes: channelSchemas, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const plugins = new Plugins({ clock: systemClock, log: silentLog, answered() {} });
  atEnd(() => plugins.close());
  plugins.use(loaded.set.plugins);
  const asked = (labels: Record<string, string>, now: number) => {
    const about = {
      tenant: 't',
      annotations: {},
      startsAt: 0,
      endsAt: null,
      generatorURL: '',
      source: 's',
      namespace: 'n',
    };
    const known = {
      environment: 'testing',
      priority: 'P3',
      businessUnit: null,
      owner: null,
      criticality: null,
    } as const;
    return { ...about, ...known, labels, now };
  };
  // It remembers jobs: one that is asked about again, since an answer was late, is another.
  const ask = (round: number) =>
    plugins.ask('default/retry-storms', [
      asked({ job_name: `j${round}`, attempt: '1' }, 0),
      asked({ job_name: `j${round}`, attempt: '3' }, 1000),
      asked({ job_name: `k${round}`, attempt: '3' }, 1000),
      asked({ alertname: 'X' }, 1000),
    ]);
  let round = 0;
  const answers = await until('it to be loaded', async () => {
    const given = await ask(round++);
    return given.every(({ ok }) => ok) ? given : null;
  });
  const [retried, again, first, other] = answers.map((answer) => (answer.ok ? answer.opinion : null));
  assert.equal(retried?.verdict, 'drop');
  assert.equal(again?.priority, 'P2');
  assert.deepEqual(first?.labels, { retried: 'true' });
  assert.equal(other, null);
});

test('[BR-AP-010] a CorrelationRule names a correlator of its tenant, and nothing else', async () => {
  const correlator = resource('Plugin', 'c', 'kind: correlator\nmodule: ./p.mjs');
  const rule = (name: string) => resource('CorrelationRule', 'r', `within: 1m\nsimilarity: { plugin: ${name} }`);
  const set = await setOf({ 'p.yaml': correlator + rule('c'), 'p.mjs': MODULE });
  assert.equal(set.policy.correlations('default')[0]?.rule.similarity?.plugin, 'default/c');
  assert.deepEqual(set.policy.plugins('default'), [], 'it has no say about single alerts');
  assert.equal(set.plugins.get('default/c')?.timeout, 2000);
  for (const name of ['p', 'd']) {
    const problems = await problemsOf({ 'p.yaml': correlator + plugin() + rule(name), 'p.mjs': MODULE });
    assert.match(
      problems.join('\n'),
      /spec.similarity.plugin: is "\w", but tenant default has no such Plugin of kind correlator.*allowed: c/,
    );
  }
});

test('[BR-AP-010] the example of a correlator finds the deployment of a pod', async () => {
  const loaded = await loadResources('examples/plugins', { channelTypes: channelSchemas, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const plugins = new Plugins({ clock: systemClock, log: silentLog, answered() {} });
  atEnd(() => plugins.close());
  plugins.use(loaded.set.plugins);
  const pods = ['checkout-7d4b9c6f5-x2x8q', 'checkout-7d4b9c6f5-abcde', 'database-0'];
  const about = { message: '', namespace: 'shop', owner: '', node: '', startsAt: 0 };
  const known = { environment: 'testing', priority: 'P3' } as const;
  const answers = await until('it to be loaded', async () => {
    const given = await plugins.keys(
      'default/deployments',
      pods.map((pod) => ({ ...about, ...known, labels: { pod } })),
    );
    return given.every(({ ok }) => ok) ? given : null;
  });
  const keys = answers.map((answer) => (answer.ok ? answer.opinion : answer.code));
  assert.deepEqual(keys, ['deployment shop/checkout', 'deployment shop/checkout', null]);
  const [wrong] = await plugins.keys('default/retry-storms', [{ ...about, ...known, labels: {} }]);
  assert.ok(wrong?.ok === false, 'a filter gives no keys');
});
