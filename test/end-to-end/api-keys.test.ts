/** API keys of a running Herald, by its own command: from the first one, which closes it, over sources to a restart. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startHerald } from '../support/herald.ts';
import { until } from '../support/until.ts';
import { alertsOf, post } from './alerts.ts';
import { consoleChannel, environments, route, source } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

let herald: RunningHerald;
let root = '';

before(async () => {
  const config = source('in', 'herald', 'auth: { type: api-key }', 'shop') + environments('shop');
  const rest = environments() + route({ receivers: ['console'] }) + consoleChannel();
  herald = await runningHerald({ config: { 'herald.yaml': config + rest } });
});

const statusOf = async (url: string, key = '') =>
  (await fetch(`${url}/v1/alerts`, key === '' ? {} : { headers: { authorization: `Bearer ${key}` } })).status;

/** The key that it printed. */
async function keyBy(...words: string[]): Promise<string> {
  const { code, out, err } = await herald.command('api-key', ...words, ...(root === '' ? [] : ['--api-key', root]));
  assert.equal(code, 0, err);
  assert.match(out, /^herald_[\w-]{43}\n$/);
  return out.trim();
}

test('[BR-SEC-008] the first key closes the API; with it there are more', async () => {
  assert.equal(await statusOf(herald.url), 200);
  const refused = await herald.command('api-key', 'create', 'ada', '--role', 'viewer');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /admin in all tenants/);
  root = await keyBy('create', 'root', '--role', 'admin', '--tenant', '*');
  assert.equal(await statusOf(herald.url), 401);
  assert.equal(await statusOf(herald.url, root), 200);
  const { out } = await herald.command('api-key', '--api-key', root);
  assert.match(out, /root +good +admin in \* +1 +never +api/);
});

test('[BR-SEC-005, BR-SEC-006] a key of a source is good for its tenant, overlaps while it is rotated, and is gone once revoked', async () => {
  const hook = `${herald.url}/v1/webhooks/in`;
  const send = async (key: string) =>
    (await post(hook, alertsOf({ alertname: 'Up' }), { authorization: `Bearer ${key}` })).status;
  const foreign = await keyBy('create', 'other', '--role', 'sender');
  const first = await keyBy('create', 'shop', '--role', 'sender', '--tenant', 'shop');
  assert.deepEqual([await send(first), await send(foreign), await send('x')], [202, 403, 403]);
  assert.equal((await post(hook, alertsOf({ alertname: 'Up' }))).status, 401);
  const second = await keyBy('rotate', 'shop', '--overlap', '1h');
  assert.deepEqual([await send(first), await send(second)], [202, 202]);
  const third = await keyBy('rotate', 'shop', '--overlap', '0');
  assert.deepEqual([await send(second), await send(third)], [403, 202]);
  assert.equal((await herald.command('api-key', 'revoke', 'shop', '--api-key', root)).code, 0);
  assert.equal(await send(third), 403);
  assert.equal(await statusOf(herald.url, first), 401, 'a sender reads nothing');
});

test('[BR-SEC-008] after a restart it is closed from the first answer on, and the keys are what they were', async () => {
  await herald.stop();
  const again = await startHerald({ env: herald.env });
  const early = await until('it to answer', () => statusOf(again.url).catch(() => null));
  assert.ok([401, 503].includes(early), String(early));
  await again.ready();
  assert.equal(await statusOf(again.url), 401);
  assert.equal(await statusOf(again.url, root), 200);
  const env = { ...herald.env, HERALD_LISTEN: new URL(again.url).host, HERALD_API_KEY: root };
  const { code, err } = await runCommand(['status'], env);
  assert.equal(code, 0, err);
});
