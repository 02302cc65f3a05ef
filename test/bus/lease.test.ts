import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucketKeys } from '../../bus/bucket-keys.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { forgetWorkers, joinWorkers } from '../../bus/lease.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { WORKERS_BUCKET } from '../../bus/subjects.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

let bus: Bus;

before(async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 1024 * 1024 });
});

after(() => bus.close());

const ids = (views: readonly { readonly id: string }[]) => views.map(({ id }) => id).sort();

test('[BR-SCALE-002] records of workers long dead are removed by whoever joins, and count for nobody', async () => {
  const kv = await bus.kvm.open(WORKERS_BUCKET);
  await kv.put('ghost', JSON.stringify({ beat: 1, leaving: false, holds: [['a0', 4]] }));
  await kv.put('left', JSON.stringify({ beat: 1, leaving: true, holds: [] }));
  await kv.delete('left');
  const one = await joinWorkers(bus, 'one', systemClock, silentLog, 0);
  assert.deepEqual(ids(one.alive()), ['one']);
  assert.deepEqual(await bucketKeys(bus, WORKERS_BUCKET), ['one']);
  await one.leave();
  await forgetWorkers(bus);
});

test('[BR-REL-012] workers see each other by nothing that a failing server could take along', async () => {
  const one = await joinWorkers(bus, 'one', systemClock, silentLog);
  const two = await joinWorkers(bus, 'two', systemClock, silentLog);
  await until('both to see both', () => one.alive().length === 2 && two.alive().length === 2);
  // A consumer lives on one server of a cluster. Its client notices after 10 s and more that it is gone; a lease is 3 s.
  const stream = `KV_${WORKERS_BUCKET}`;
  for await (const { name } of bus.jsm.consumers.list(stream)) await bus.jsm.consumers.delete(stream, name);
  let holds = 0;
  await until('a change to be seen', () => {
    two.announce(new Map([['a0', ++holds]]), false);
    return one.alive().some((other) => other.id === 'two' && other.holds.has('a0'));
  });
  await one.leave();
  await until('one to be gone', () => two.alive().length === 1);
  await two.leave();
});
