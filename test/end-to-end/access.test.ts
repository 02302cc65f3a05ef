/** A Herald whose access is declared: over HTTP, by its own command, and with amtool. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../support/herald.ts';
import { until } from '../support/until.ts';
import { alertsOf, post } from './alerts.ts';
import { findInstalled, runInstalled } from './installed-program.ts';
import { consoleChannel, environments, route, source } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const OPS = 'ops-'.repeat(8);
const SHOP = 'shop'.repeat(8);
const amtoolProgram = findInstalled('amtool');

const ACCESS = `---
apiVersion: herald/v1
kind: Access
metadata: { name: people }
spec:
  keys:
    - { name: ops, key: { env: OPS_KEY }, roles: [operator], tenants: ['*'] }
    - { name: shop, key: { env: SHOP_KEY }, roles: [responder, sender], tenants: [shop] }
`;

let herald: RunningHerald;

before(async () => {
  const config = {
    'alerts.yaml': source('in', 'herald') + environments() + route({ receivers: ['console'] }) + consoleChannel(),
  };
  herald = await runningHerald({ config, env: { OPS_KEY: OPS, SHOP_KEY: SHOP } });
});

const status = async (path: string, authorization = '') =>
  (await fetch(herald.url + path, authorization === '' ? {} : { headers: { authorization } })).status;

/** As a browser would whose page had its own name lead here. */
const statusAs = (host: string) =>
  new Promise((resolve, reject) => {
    const asked = get(`${herald.url}/v1/alerts`, { headers: { host } }, (answer) =>
      resolve(answer.resume().statusCode),
    );
    asked.on('error', reject);
  });

test('[BR-SEC-008] while it is open, it answers to its own names alone', async () => {
  assert.equal(await statusAs('evil.example'), 403);
  assert.equal(await statusAs('localhost'), 200);
});

test('[BR-SEC-008] open without a declaration; closed a moment after one is declared, and open again without it', async () => {
  assert.equal(await status('/v1/alerts'), 200);
  assert.equal(await status('/metrics'), 200);
  await herald.declare('access.yaml', ACCESS);
  await until('the API to be closed', async () => (await status('/v1/alerts')) === 401);
  for (const path of ['/metrics', '/v1/status', '/api/v2/alerts', '/api/v2/status', '/v1/nothing']) {
    assert.equal(await status(path), path === '/v1/nothing' ? 404 : 401, path);
  }
  for (const path of ['/healthz', '/readyz', '/-/healthy', '/-/ready', '/openapi.json'])
    assert.equal(await status(path), 200, path);
  assert.equal((await post(`${herald.url}/v1/webhooks/in`, alertsOf({ alertname: 'Up' }))).status, 202);
});

test('[BR-SEC-008] a key is good as bearer and as password, within its role and its tenant', async () => {
  assert.equal(await status('/v1/status', `Bearer ${OPS}`), 200);
  const basic = `Basic ${Buffer.from(`prometheus:${OPS}`).toString('base64')}`;
  assert.equal(await status('/api/v2/alerts', basic), 200);
  assert.equal(await status('/metrics', basic), 403);
  assert.equal(await status('/v1/alerts', `Bearer ${SHOP}`), 200);
  assert.equal(await status('/v1/status', `Bearer ${SHOP}`), 403);
  assert.equal(await status('/v1/alerts/default/0000000000000000', `Bearer ${SHOP}`), 403);
  assert.equal(await status('/v1/alerts', 'Bearer wrong'), 401);
  assert.match(herald.stderr(), /"event":"audit\.denied".*"code":"access\.wrong"/);
  assert.ok(!herald.stderr().includes(SHOP), 'no key stands in the log');
});

test('[BR-SEC-008] bin/herald says what is wrong without a key, and works with HERALD_API_KEY', async () => {
  const without = await herald.command('status');
  assert.equal(without.code, 1);
  assert.match(without.err, /401 .*\n.*API key.*\n.*by HERALD_API_KEY, or with --api-key KEY/);
  const given = await herald.command('status', '--api-key', OPS);
  assert.equal(given.code, 0, given.err);
});

test('[BR-SEC-008] amtool works with a key as password, and its silence is by the name of the key', {
  skip: amtoolProgram === null && 'no amtool is installed here: apt-get install prometheus-alertmanager',
}, async () => {
  const file = join(temporaryFolder(), 'http.yml');
  await writeFile(file, `basic_auth: { username: whoever, password: ${OPS} }\n`);
  const run = (...words: string[]) =>
    runInstalled(amtoolProgram!, [...words, `--alertmanager.url=${herald.url}`, '--no-version-check']);
  const config = `--http.config.file=${file}`;
  const { code, err } = await run('silence', 'add', 'alertname=Up', '--comment=x', '--author=mallory', config);
  assert.equal(code, 0, err);
  const listed = await run('silence', 'query', '-o', 'json', config);
  assert.deepEqual(
    (JSON.parse(listed.out) as { createdBy: string }[]).map(({ createdBy }) => createdBy),
    ['ops'],
  );
  assert.notEqual((await run('silence', 'query')).code, 0);
});
