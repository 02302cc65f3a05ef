import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const rest = consoleChannel() + resource('Route', 'root', 'receivers: [channel/console]');
const mapped = (headers: string) =>
  resource(
    'Source',
    'a',
    `format: mapped\nmapping: { headers: ${headers}, labels: { alertname: "headers['x-event']" } }`,
  ) + rest;

test('[BR-WH-017] a mapping names the headers that it asks for, and none that proves who sends', async () => {
  const set = await setOf({ 'a.yaml': mapped('[X-Event, x-region]') });
  assert.deepEqual(set.sources.get('a')?.mapping?.headers, ['x-event', 'x-region']);
  const wrong = [
    'Authorization',
    'Cookie',
    'Proxy-Authorization',
    'X-API-Key',
    'X-Gitlab-Token',
    'X-Hub-Signature-256',
    'a b',
    '',
  ];
  for (const name of wrong) {
    const problems = await problemsOf({ 'a.yaml': mapped(`[${JSON.stringify(name)}]`) });
    assert.match(problems.join(), /spec\.mapping\.headers\[0\]: is .*allowed: the name of a header/, name);
  }
});
