import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const source = (name: string, spec: string) => resource('Source', name, spec);
const rest = consoleChannel() + resource('Route', 'root', 'receivers: [channel/console]');

test('[BR-WH-016] a Source has paths besides that of its name, which lead to it alone', async () => {
  const set = await setOf({
    'a.yaml': `${source('am', 'format: alertmanager\npaths: [/old/hook, /am/api.v2/alerts]\nversion: v4')}${source('in', 'format: herald')}${rest}`,
  });
  assert.deepEqual([...set.sourcePaths.keys()], ['/old/hook', '/am/api.v2/alerts']);
  assert.equal(set.sourcePaths.get('/old/hook'), set.sources.get('am'));
  assert.equal(set.sources.get('am')?.version, 'v4');

  const twice = await problemsOf({
    'a.yaml': `${source('a', 'format: herald\npaths: [/x]')}${source('b', 'format: herald\npaths: [/y, /x]')}${rest}`,
  });
  assert.equal(twice.length, 1);
  assert.match(twice[0] ?? '', /^\d+ spec\.paths\[1\]: is "\/x", which leads to source default\/a already$/);
});

test("[BR-WH-016] a path is none of Herald's own, and one that can be read in one way", async () => {
  const wrong = [
    '/v1/webhooks/x',
    '/v2',
    '/api/v2/alerts',
    '/healthz',
    '/metrics',
    '/openapi.json',
    '/-/ready',
    '/console/x',
  ].concat(['', '/', 'x', '//x', '/x/', '/a//b', '/a/../b', '/./a', '/a%2fb', '/a?b', '/a#b', '/:a', '/*', '/\u00e4']);
  for (const path of wrong) {
    const problems = await problemsOf({
      'a.yaml': source('a', `format: herald\npaths: [${JSON.stringify(path)}]`) + rest,
    });
    assert.match(problems.join(), /spec\.paths\[0\]: is .*allowed: a path such as/, path);
  }
});

test('[BR-WH-020] a version is one of the format', async () => {
  const versioned = (format: string, version: string) =>
    problemsOf({ 'a.yaml': source('a', `format: ${format}\nversion: ${version}`) + rest });
  assert.match((await versioned('alertmanager', 'v3')).join(), /^\d+ spec\.version: is "v3"; allowed: v4$/);
  assert.match(
    (await versioned('mapped', 'v1')).join(),
    /spec\.version: is "v1"; allowed: none: the format mapped has no versions/,
  );
  for (const [format, version] of [
    ['grafana', 'v1'],
    ['prometheus', 'v2'],
    ['pagerduty', 'v2'],
    ['cloudevents', 'v1'],
    ['herald', 'v1'],
  ]) {
    const set = await setOf({ 'a.yaml': source('a', `format: ${format}\nversion: ${version}`) + rest });
    assert.equal(set.sources.get('a')?.version, version);
  }
});
