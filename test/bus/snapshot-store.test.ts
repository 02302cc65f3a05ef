import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { openSnapshots } from '../../bus/snapshot-store.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { silentLog } from '../../telemetry/log.ts';
import { startNats } from '../support/nats.ts';

const COUNT = { alert: 2, channel: 1 };
const CHUNKS = 40;

let bus: Bus;

before(async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  await ensureStreams(bus, COUNT, { ingestMaxBytes: 64 * 1024 * 1024 });
});

after(() => bus.close());

test('what an earlier owner left behind is named: chunks of this partition, up to the epoch, that are not in use', async () => {
  const [mine, others] = [await openSnapshots(bus, 'a0'), await openSnapshots(bus, 'a1')];
  await others.write({ id: 0, seq: 1, entities: [] }, 1);
  const old = await mine.write({ id: 0, seq: 1, entities: [] }, 1);
  const used = await mine.write({ id: 1, seq: 1, entities: [] }, 1);
  await mine.write({ id: 0, seq: 9, entities: [] }, 3);
  assert.deepEqual(await mine.leftBehind(2, new Set([used])), [old]);
  await mine.remove(old);
  assert.deepEqual(await mine.leftBehind(2, new Set([used])), []);
  assert.deepEqual((await mine.read(used)).id, 1);
});

test('[BR-REL-004] to look for what was left behind comes to an end while owners of other partitions take theirs away', {
  timeout: 60_000,
}, async () => {
  const [mine, others] = [await openSnapshots(bus, 'a0'), await openSnapshots(bus, 'a1')];
  for (let round = 1; round <= 12; round++) {
    const write = (id: number) => others.write({ id, seq: round, entities: [] }, 1);
    const names = await Promise.all(Array.from({ length: CHUNKS }, (_, id) => write(id)));
    const removed = Promise.all(names.map((name) => others.remove(name)));
    for (let look = 0; look < 20; look++) await mine.leftBehind(0, new Set());
    await removed;
  }
});
