import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { activationOf, lastActivations, type PolicyActivation, recordActivation } from '../../bus/policy-log.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { silentLog } from '../../telemetry/log.ts';
import { startNats } from '../support/nats.ts';

const buses: Bus[] = [];
let bus: Bus;

before(async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  for (let i = 0; i < 3; i++) buses.push(await connectBus({ url: server.url, name: `test ${i}`, log: silentLog }));
  bus = buses[0]!;
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
});

after(() => Promise.all(buses.map((one) => one.close())));

const activation = (hash: string, at: number, process = 'host:1'): PolicyActivation => {
  return { hash, resources: `all of ${hash}`, count: 3, files: ['config/a.yaml'], fileCount: 1, at, process };
};
const hashes = async () => (await lastActivations(bus, 100)).map(({ hash, at }) => `${hash} ${at}`);

test('[BR-AP-020] an activation is written down once, also after a restart, and a rollback is one of its own', async () => {
  assert.deepEqual(await lastActivations(bus, 10), []);
  assert.equal(await activationOf(bus, 'p1'), null);
  assert.equal(await recordActivation(bus, activation('p1', 1)), true);
  assert.equal(await recordActivation(bus, activation('p1', 2)), false, 'the same after a restart');
  assert.equal(await recordActivation(bus, activation('p2', 3)), true);
  assert.equal(await recordActivation(bus, activation('p1', 4)), true, 'rolled back');
  assert.deepEqual(await hashes(), ['p1 4', 'p2 3', 'p1 1']);
  assert.deepEqual((await lastActivations(bus, 1)).length, 1);
  assert.deepEqual(await activationOf(bus, 'p2'), activation('p2', 3));
  assert.equal((await activationOf(bus, 'p1'))?.at, 4);
  assert.equal(await activationOf(bus, 'no > hash'), null);
});

test('[BR-AP-020] of processes that activate the same policy at once one writes it down', async () => {
  const written = await Promise.all(
    buses.map((one, i) => recordActivation(one, activation('p9', 10 + i, `host:${i}`))),
  );
  assert.equal(written.filter(Boolean).length, 1);
  assert.equal((await lastActivations(bus, 100)).filter(({ hash }) => hash === 'p9').length, 1);
});

test('processes that activate different policies at once lose none', async () => {
  await Promise.all(buses.map((one, i) => recordActivation(one, activation(`q${i}`, 20))));
  const last = (await lastActivations(bus, 3)).map(({ hash }) => hash);
  assert.deepEqual(last.sort(), ['q0', 'q1', 'q2']);
});
