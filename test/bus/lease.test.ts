import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucketKeys } from '../../bus/bucket-keys.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { forgetWorkers, joinWorkers, LEASE_TIME, RENEW_EVERY } from '../../bus/lease.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { subjects, WORKERS_BUCKET } from '../../bus/subjects.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

let bus: Bus;
let url: string;

before(async () => {
  ({ url } = await startNats({ maxFileStore: 8 * 1024 ** 3 }));
  bus = await connectBus({ url, name: 'test', log: silentLog });
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

/** One who looks at the others as often as a test says. Its own clock stands still, so that no record runs out by itself. */
async function observer(through: Bus = bus) {
  const clock = new FakeClock();
  const one = await joinWorkers(through, 'one', clock, silentLog);
  return {
    one,
    sees: (id: string) => ids(one.alive()).includes(id),
    /** Each look asks, and hears what is answered. */
    async look(times: number) {
      for (let i = 0; i < times; i++) {
        const pending = clock.pending;
        clock.advance(RENEW_EVERY);
        await until('the next renewal to be set', () => clock.pending === pending);
        // What the server answers to the requests before comes before its answer to this.
        await through.nc.flush();
        await new Promise((resolve) => setImmediate(resolve));
        one.alive();
      }
    },
    async leave() {
      await one.leave();
      await forgetWorkers(bus);
    },
  };
}

test('[BR-REL-012] a worker whose process has ended is missed at the second look, long before its record runs out', async () => {
  const others = await connectBus({ url, name: 'doomed', log: silentLog });
  const two = await joinWorkers(others, 'two', systemClock, silentLog);
  const { sees, look, leave } = await observer();
  await until('the other', () => sees('two'));
  await look(1);
  assert.ok(sees('two'));
  await others.nc.close();
  await look(3);
  assert.ok(3 * RENEW_EVERY < LEASE_TIME && !sees('two'));
  await two.leave();
  await leave();
});

test('[BR-REL-012] one that stands still, or is of an earlier version, is missed only when its record has run out', async () => {
  const kv = await bus.kvm.open(WORKERS_BUCKET);
  const still = bus.nc.subscribe(subjects.presence('still'));
  await kv.put('still', JSON.stringify({ beat: 7, leaving: false, holds: [], answers: true }));
  await kv.put('earlier', JSON.stringify({ beat: 7, leaving: false, holds: [] }));
  const { one, sees, look, leave } = await observer();
  await look(4);
  assert.deepEqual(ids(one.alive()), ['earlier', 'one', 'still']);
  await look(3);
  assert.ok(!sees('still') && !sees('earlier'));
  still.unsubscribe();
  await leave();
});

test('[BR-REL-012] where the connection was gone, the others have time to come back before anybody is missed', async () => {
  let changed: (connected: boolean) => void = () => {};
  const { one, sees, look, leave } = await observer({
    ...bus,
    onChange(listener) {
      changed = listener;
      return () => {};
    },
  });
  const kv = await bus.kvm.open(WORKERS_BUCKET);
  await kv.put('away', JSON.stringify({ beat: 1, leaving: false, holds: [], answers: true }));
  await until('it to be known', () => sees('away'));
  changed(true);
  await look(3);
  assert.ok(sees('away'));
  await kv.put('away', JSON.stringify({ beat: 2, leaving: false, holds: [], answers: true }));
  await look(3);
  assert.ok(!sees('away'), String(ids(one.alive())));
  await leave();
});
