/** Resources are changed in the files while Herald runs. */

import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../support/herald.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, source, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

let herald: RunningHerald;
let receiver: Receiver;
const channel = (name: string) => webhookChannel(`http://127.0.0.1:${receiver.port}/${name}`, { name });

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: {
      'sources.yaml': SOURCES,
      'environments.yaml': environments(),
      'channels.yaml': channel('first') + channel('second'),
      'routes.yaml': route({ receivers: ['first'] }),
    },
  });
});

interface ResourceStatus {
  readonly hash: string;
  readonly refused: string;
}

async function resources(of: RunningHerald = herald): Promise<ResourceStatus> {
  return ((await get(`${of.url}/v1/status`)).body as { resources: ResourceStatus }).resources;
}

/** Resolves once what `change` did is in force. */
async function applied(change: () => Promise<void>, of: RunningHerald = herald): Promise<void> {
  const { hash } = await resources(of);
  await change();
  await until('the change to be in force', async () => (await resources(of)).hash !== hash, { everyMs: 20 });
}

/** The path of the receiver that is told of a new alert of this name. */
async function toldAt(alertname: string, of: RunningHerald = herald): Promise<string> {
  const { status } = await post(`${of.url}/v1/webhooks/herald`, alertsOf({ alertname, namespace: 'web-prod' }));
  assert.equal(status, 202);
  const request = await until(`${alertname} to be told`, () =>
    receiver.requests.find((one) => notificationIn(one).groupLabels.alertname === alertname),
  );
  return request.path;
}

test('[BR-CFG-001] a changed route is in force without a restart', async () => {
  assert.equal(await toldAt('BeforeTheChange'), '/first');
  await applied(() => herald.declare('routes.yaml', route({ receivers: ['second'] })));
  assert.equal(await toldAt('AfterTheChange'), '/second');
  assert.equal(herald.logged('resources.applied').length, 1);
});

test('[BR-CFG-002] a bad change is said with file and line, and what was in force stays', async () => {
  const { hash } = await resources();
  await herald.declare('routes.yaml', route({ receivers: ['third'] }));
  const status = await until('the change to be refused', async () => {
    const now = await resources();
    return now.refused === '' ? null : now;
  });
  assert.match(status.refused, /routes\.yaml:\d+.*third/s);
  assert.equal(status.hash, hash);
  assert.equal(herald.logged('resources.refused').length, 1);
  assert.equal((await get(`${herald.url}/readyz`)).status, 200);
  const { code, out } = await herald.command('status');
  assert.equal(code, 0);
  assert.match(out, /routes\.yaml:\d+/);
  assert.equal(await toldAt('UnderTheOldOne'), '/second');

  await applied(() => herald.declare('routes.yaml', route({ receivers: ['first'] })));
  assert.equal((await resources()).refused, '');
  assert.equal(await toldAt('PutRight'), '/first');
});

test('[BR-CFG-001] [BR-WH-016] a file that is added, renamed and removed adds, keeps and removes what it declares', async () => {
  const answers = async () => (await post(`${herald.url}/v1/webhooks/extra`, { alerts: [] })).status;
  assert.equal(await answers(), 404);
  await applied(() => herald.declare('extra.yaml', source('extra', 'herald')));
  assert.equal(await answers(), 202);
  // Its content is the same, so there is nothing to apply: what follows shows that it is still watched.
  await rename(join(herald.config, 'extra.yaml'), join(herald.config, 'renamed.yaml'));
  await applied(() => herald.declare('renamed.yaml', source('extra', 'herald', 'maxBodyBytes: 2048')));
  assert.equal(await answers(), 202);
  const large = { alerts: [{ labels: { alertname: 'x'.repeat(3000) } }] };
  assert.equal((await post(`${herald.url}/v1/webhooks/extra`, large)).status, 413);
  await applied(() => rm(join(herald.config, 'renamed.yaml')));
  assert.equal(await answers(), 404);
});

test('[BR-QUAL-014] [BR-QUAL-002] a change that takes a namespace out of production that alerts were about is refused until it says so', async () => {
  const namespaces = async () => (await get(`${herald.url}/v1/namespaces?q=web-prod`)).body as { namespaces: object[] };
  await until('the archive to know web-prod', async () => (await namespaces()).namespaces.length > 0);
  const lesser = environments()
    .replace("'-prod$'", () => "'-live$'")
    .replace("'-stg$'", () => "'-stg$', '-prod$'");
  const { hash } = await resources();
  await herald.declare('environments.yaml', lesser);
  const refused = await until('the change to be refused', async () => (await resources()).refused);
  assert.match(refused, /^1 namespace .* would leave production: default\/web-prod would be staging/);
  assert.equal((await resources()).hash, hash);
  assert.equal(herald.logged('resources.production-loss').length, 1);
  assert.match((await herald.command('status')).out, /leavesProduction in the EnvironmentPolicy/);

  await applied(() =>
    herald.declare(
      'environments.yaml',
      lesser.replace('default: production', () => "leavesProduction: ['^web-prod$']"),
    ),
  );
  assert.equal((await resources()).refused, '');
});

test('[BR-CFG-002] when the last resource is removed, what was in force stays', async () => {
  const { hash } = await resources();
  const parked = join(temporaryFolder(), 'parked');
  await rename(herald.config, parked);
  await until('the empty folder to be refused', async () => (await resources()).refused !== '', { timeoutMs: 15_000 });
  assert.equal((await resources()).hash, hash);
  assert.equal(await toldAt('WithoutAFolder'), '/first');
  await rename(parked, herald.config);
  await until('the folder to be taken again', async () => (await resources()).refused === '', { timeoutMs: 15_000 });
  assert.equal(await toldAt('WithAFolderAgain'), '/first');
});

test('[BR-CFG-001] a mounted ConfigMap is followed when Kubernetes swaps its symbolic link', async () => {
  const mount = temporaryFolder();
  const swap = async (version: string, files: Readonly<Record<string, string>>) => {
    await mkdir(join(mount, version));
    for (const [name, yaml] of Object.entries(files)) await writeFile(join(mount, version, name), yaml);
    await symlink(version, join(mount, '..data_tmp'));
    await rename(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  const common = SOURCES + environments() + channel('first') + channel('second');
  await swap('..2026_11_23_09_00', { 'herald.yaml': common + route({ receivers: ['first'] }) });
  await symlink('..data/herald.yaml', join(mount, 'herald.yaml'));
  const mounted = await runningHerald({ config: {}, env: { HERALD_CONFIG: mount } });
  assert.equal(await toldAt('FirstVersion', mounted), '/first');
  await applied(async () => {
    await swap('..2026_11_23_09_01', { 'herald.yaml': common + route({ receivers: ['second'] }) });
    await rm(join(mount, '..2026_11_23_09_00'), { recursive: true });
  }, mounted);
  assert.equal(await toldAt('SecondVersion', mounted), '/second');
  assert.deepEqual(mounted.logged('resources.refused'), []);
});
