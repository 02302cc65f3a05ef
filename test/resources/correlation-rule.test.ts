import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const seen = (labels: Record<string, string>) => ({ environment: 'production', priority: 'P3', ...labels });

async function conditionsOf(...resources: string[]) {
  const set = await setOf({ 'a.yaml': resources.join('') + consoleChannel() });
  return set.policy.correlations('default');
}

async function only(kind: string, fields: string, expected: RegExp): Promise<void> {
  const problems = await problemsOf({ 'a.yaml': resource(kind, 'x', fields) });
  assert.equal(problems.length, 1, problems.join('\n'));
  assert.match(problems[0]!, expected);
}

const rule = (fields: string, expected: RegExp) => only('CorrelationRule', fields, expected);

test('[BR-AP-004] a rule says by matchers and by CEL which alerts it is about, and which may be the parent', async () => {
  const [condition] = await conditionsOf(
    resource(
      'CorrelationRule',
      'node-down',
      `matchers: ['severity!="info"']
when: labels.cluster.startsWith("eu") && environment == "production" && ns != "default"
within: 5m
groupBy: [cluster, cluster]
similarity: { topology: [node], labels: 0.6 }
parent: ['alertname="NodeDown"']
action: suppressChildren`,
    ),
  );
  assert.ok(condition !== undefined);
  assert.deepEqual(condition.rule, {
    name: 'node-down',
    within: 300_000,
    threshold: 2,
    groupBy: ['cluster'],
    similarity: { labels: 0.6, message: false, topology: ['node'], need: 'any' },
    needsParent: true,
    action: 'suppressChildren',
    storm: null,
  });
  const labels = seen({ cluster: 'eu-1', namespace: 'shop', alertname: 'NodeDown' });
  assert.deepEqual(condition.judge(labels), { met: true, problem: null });
  assert.ok(condition.mayBeParent(labels));
  assert.ok(!condition.mayBeParent({ ...labels, alertname: 'PodDown' }));
  assert.ok(!condition.judge({ ...labels, severity: 'info' }).met);
  assert.ok(!condition.judge({ ...labels, cluster: 'us-1' }).met);
  assert.ok(!condition.judge({ ...labels, environment: 'staging' }).met);
});

test('[BR-AP-004] a condition that cannot be evaluated says why and counts as not met', async () => {
  const when = `when: int(labels.replicas) > 3\nwithin: 1m\ngroupBy: [a]`;
  const [condition] = await conditionsOf(resource('CorrelationRule', 'x', when));
  assert.ok(condition?.judge(seen({ replicas: '4' })).met);
  const verdict = condition.judge(seen({ replicas: 'many' }));
  assert.ok(!verdict.met && verdict.problem !== null && verdict.problem !== '');
});

test('[BR-AP-027] limits are storms of a namespace by priority; what is not named has no limit', async () => {
  const conditions = await conditionsOf(
    resource('NamespaceLimit', 'default', `limits: { P2: 300, P4: 60 }\nreceivers: [channel/console]`),
  );
  assert.deepEqual(
    conditions.map(({ rule: { name, threshold, within, groupBy, storm } }) => [
      name,
      threshold,
      within,
      groupBy,
      storm?.hold,
    ]),
    [
      ['limit/default/P2', 300, 60_000, ['namespace'], ['P2']],
      ['limit/default/P4', 60, 60_000, ['namespace'], ['P4']],
    ],
  );
  assert.deepEqual(conditions[0]!.rule.storm!.channels, ['console']);
  const met = (priority: string) => conditions.filter((one) => one.judge(seen({ priority })).met).length;
  assert.deepEqual(['P1', 'P2', 'P3', 'P4'].map(met), [0, 1, 0, 1]);
});

test('[BR-AP-027] a storm holds everything but P1 back unless the rule says otherwise', async () => {
  const storm = (more: string) => resource('CorrelationRule', 'x', `within: 1m\nthreshold: 10\naction: storm${more}`);
  const [usual] = await conditionsOf(storm(''));
  assert.deepEqual(usual!.rule.storm, {
    channels: null,
    groupWait: 10_000,
    repeatInterval: 1_800_000,
    hold: ['P2', 'P3', 'P4', 'P5'],
  });
  const [all] = await conditionsOf(storm('\nstorm: { hold: [P1], groupWait: 0s }'));
  assert.deepEqual([all!.rule.storm!.hold, all!.rule.storm!.groupWait], [['P1'], 0]);
});

test('[BR-AP-004] tenants do not see the rules of each other', async () => {
  const set = await setOf({ 'a.yaml': resource('CorrelationRule', 'x', 'within: 1m\ngroupBy: [a]', 'shop') });
  assert.equal(set.policy.correlations('shop').length, 1);
  assert.deepEqual(set.policy.correlations('default'), []);
});

test('[BR-CFG-002] what a rule lacks, and what does not belong to it, is named with what is allowed', async () => {
  await rule('within: 1m', /^5 spec\.groupBy: is missing, and so is similarity: all alerts/);
  await rule('within: 1m\nsimilarity: { message: false }', /^6 spec\.similarity: compares nothing/);
  await rule('within: 1m\ngroupBy: [a]\nthreshold: 1', /^7 spec\.threshold: is 1; allowed: 2 or more/);
  await rule('within: 2d\ngroupBy: [a]', /^5 spec\.within: is "2d"; allowed: at most 1d/);
  await rule('within: 1m\naction: storm', /spec\.threshold: is missing; the action storm needs it/);
  await rule(
    'within: 1m\nthreshold: 5\naction: storm\nsimilarity: { message: true }',
    /^8 spec\.similarity: does not belong to the action storm/,
  );
  await rule('within: 1m\ngroupBy: [a]\nstorm: {}', /^7 spec\.storm: does not belong to the action annotate/);
  await rule('within: 1m\ngroupBy: [a]\nwhen: labels.a', /^7 spec\.when: is "labels\.a", which gives string/);
  await rule('within: 1m\ngroupBy: [a]\nwhen: severity == "x"', /^7 spec\.when: .*allowed: labels, ns, tenant/);
  await rule(
    'within: 1m\nsimilarity: { topology: [rack] }',
    /^6 spec\.similarity\.topology\[0\]: is "rack"; allowed: node, namespace, owner/,
  );
  await only('NamespaceLimit', 'limits: {}', /^5 spec\.limits/);
  await only('NamespaceLimit', 'limits: { P1: 0 }', /^5 spec\.limits\.P1/);
});

test('[BR-CFG-002] a channel that is not there is named, in rules and in limits', async () => {
  const storm = 'within: 1m\nthreshold: 5\naction: storm\nstorm: { receivers: [channel/nobody] }';
  await rule(storm, /^8 spec\.storm\.receivers\[0\]: is "channel\/nobody", but tenant default has no such Channel/);
  await only(
    'NamespaceLimit',
    'limits: { P2: 1 }\nreceivers: [channel/nobody]',
    /^6 spec\.receivers\[0\]: is "channel\/nobody"/,
  );
});

test('the examples of correlation load', async () => {
  for (const dir of ['config', 'examples/correlation']) {
    const loaded = await loadResources(dir, { channelTypes: channelSchemas, env: {} });
    assert.ok(loaded.ok, JSON.stringify(loaded));
    assert.ok(loaded.set.policy.correlations('default').length > 0, dir);
  }
});
