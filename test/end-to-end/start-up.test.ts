/** Starting: how fast, and what is said when it cannot be. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHerald, temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { get } from './alerts.ts';
import { consoleChannel, environments, route, SOURCES } from './resources.ts';
import { environmentOf, failedStart, runCommand, runningHerald } from './running-herald.ts';

const GOOD = { 'herald.yaml': SOURCES + environments() + route({ receivers: ['console'] }) + consoleChannel() };

test('[BR-SEC-014] a second start on the data of a running Herald is refused and harms nothing; stopping gives the data free; what is stored is nothing to other users of the machine', async (t) => {
  const data = temporaryFolder();
  const env = { HERALD_DATA: data };
  const first = await runningHerald({ config: GOOD, env });
  assert.equal((await get(`${first.url}/readyz`)).status, 200);
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' });
  assert.ok(files.some((file) => file.endsWith('.sqlite')) && files.some((file) => file.endsWith('nats-server.conf')));
  assert.deepEqual(
    files.filter((file) => (statSync(join(data, file), { throwIfNoEntry: false })?.mode ?? 0) & 0o007),
    [],
  );

  const second = await failedStart({ config: GOOD, env });
  assert.equal(second.code, 1);
  assert.ok(second.err.includes(`${data} is in use by process ${first.pid}`), second.err);
  assert.doesNotMatch(second.err, /\n +at /);
  assert.equal((await get(`${first.url}/readyz`)).status, 200);

  assert.equal((await first.stop()).code, 0);
  const third = await runningHerald({ config: GOOD, env });
  t.diagnostic(`ready after ${Math.round(third.readyAfter)} ms, with data that was there (the issue asks for 3,000)`);
  assert.equal((await get(`${third.url}/readyz`)).status, 200);
});

test('a second archive on the data of a running one is refused', async () => {
  const nats = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  const env = await environmentOf({
    config: GOOD,
    env: { NATS_URL: nats.url, HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024) },
  });
  const first = await startHerald({ role: 'archive', env });
  await first.ready();
  const second = await runCommand(['run', 'archive'], env);
  assert.equal(second.code, 1);
  assert.ok(second.err.includes(`${env.HERALD_DATA} is in use by process ${first.pid}`), second.err);
  assert.equal((await first.stop()).code, 0);
});

test('a data folder that cannot be used is told, with exit code 1 and no stack', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  // As one whose files another user has made.
  const taken = join(folder, 'taken');
  mkdirSync(join(taken, 'nats/nats-server.conf/x'), { recursive: true });
  for (const [data, place] of [
    [file, file],
    [join(file, 'below'), join(file, 'below')],
    ['/proc/herald-nope/data', '/proc/herald-nope'],
    [taken, join(taken, 'nats/nats-server.conf')],
  ] as const) {
    const { code, err } = await failedStart({ config: GOOD, env: { HERALD_DATA: data } });
    assert.equal(code, 1);
    assert.ok(err.includes(`herald: ${place}: `), err);
    assert.match(err, /HERALD_DATA must be a folder/);
    assert.doesNotMatch(err, /\n +at /);
  }
});

test('an archive that is damaged is told, with what can be done, and its nats-server ends, too', async () => {
  const data = temporaryFolder();
  const file = join(data, 'archive.sqlite');
  writeFileSync(file, 'no database at all, '.repeat(100));
  const { code, err } = await failedStart({ config: GOOD, env: { HERALD_DATA: data } });
  assert.equal(code, 1);
  assert.match(err, /archive\.sqlite: file is not a database\. Move the file away and it is made anew/);
  assert.doesNotMatch(err, /\n +at /);
  assert.deepEqual(
    readdirSync(join(data, 'nats')).filter((name) => name.endsWith('.pid')),
    [],
  );
});

test('a port in use is told, with exit code 1 and no stack', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  atEnd(() => other.close());
  const { port } = other.address() as AddressInfo;
  const { code, err } = await failedStart({ config: GOOD, env: { HERALD_LISTEN: `127.0.0.1:${port}` } });
  assert.equal(code, 1);
  assert.match(err, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: in use`));
  assert.doesNotMatch(err, /\n +at /);
});

test('[BR-CFG-002] broken resources are told with file and line, every one, with exit code 1', async () => {
  const broken = {
    'good.yaml': SOURCES,
    'route.yaml': route({ receivers: ['nobody'] }),
    'channel.yaml': 'apiVersion: herald/v1\nkind: Chanel\nmetadata: { name: ops }\nspec: {}\n',
    'yaml.yaml': 'kind: [',
  };
  const { code, err } = await failedStart({ config: broken });
  assert.equal(code, 1);
  for (const place of [/route\.yaml:\d+/, /channel\.yaml:2/, /yaml\.yaml:1/]) assert.match(err, place);
  assert.match(err, /Chanel/);
  assert.match(err, /nobody/);
  assert.doesNotMatch(err, /\n +at /);
});

test('[BR-CFG-002] a folder that is missing or holds nothing is named', async () => {
  const missing = await failedStart({ config: GOOD, env: { HERALD_CONFIG: '/no/such/folder' } });
  assert.equal(missing.code, 1);
  assert.match(missing.err, /\/no\/such\/folder/);
  const empty = await failedStart({ config: {} });
  assert.equal(empty.code, 1);
  assert.match(empty.err, /no .*yaml|empty/i);
});

test('a wrong variable is told with what is allowed', async () => {
  const { code, err } = await failedStart({ config: GOOD, env: { HERALD_LISTEN: 'nonsense' } });
  assert.equal(code, 2);
  assert.match(err, /HERALD_LISTEN=nonsense: host:port/);
});
