/** What a sender says in headers, such as GitHub's kind of event, for the mapping of its Source. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapped } from '../../ingress/formats/mapped.ts';
import { compileMapping } from '../../rules/mapping.ts';
import { openDoor, source } from './herald-door.ts';

const SPEC = {
  headers: ['X-GitHub-Event', 'x-region'],
  alerts: "headers['x-github-event'] == 'ping' ? [] : [body]",
  labels: { alertname: 'item.name', event: "headers['x-github-event']", region: "headers['x-region']" },
};
const compiled = compileMapping(SPEC);
assert.ok(compiled.ok, JSON.stringify(compiled));
const { mapping } = compiled;

test('[BR-WH-017] headers that a mapping names are facts of its expressions; those that are missing are empty', async () => {
  const door = await openDoor();
  door.sources.set('github', { ...source('github', 'mapped'), mapping });
  const post = (headers: Readonly<Record<string, string>>) =>
    fetch(`${door.url}/v1/webhooks/github`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sesame', ...headers },
      body: '{"name":"n"}',
    });
  assert.equal((await post({ 'X-GitHub-Event': 'workflow_run' })).status, 202);
  assert.deepEqual(door.publisher.entries.at(-1)?.alert.labels, { alertname: 'n', event: 'workflow_run' });
  const ping = (await (await post({ 'x-github-event': 'ping' })).json()) as { readonly accepted: number };
  assert.equal(ping.accepted, 0);
});

test('[BR-WH-017] a header that was not named is not to be had', () => {
  const other = compileMapping({ ...SPEC, alerts: '[body]', labels: { alertname: "headers['authorization']" } });
  assert.ok(other.ok);
  const context = { tenant: 't', source: 's', now: 0, mapping: other.mapping };
  const { alerts, problems } = mapped.decode(
    { name: 'n' },
    { ...context, headers: { 'x-github-event': 'push', 'x-region': '' } },
  );
  assert.deepEqual([alerts.length, problems.list[0]?.path], [0, '/alerts/0/labels/alertname']);
  // As by NATS, where there are none.
  const without = mapped.decode({ name: 'n' }, { ...context, mapping });
  assert.deepEqual(without.alerts[0]?.labels, { alertname: 'n' });
});
