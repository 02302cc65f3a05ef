import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { API_KEYS_BUCKET } from '../../bus/subjects.ts';
import { BucketConflict, BucketUnavailable, WatchedBucket } from '../../bus/watched-bucket.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

let server: NatsServer;
let bus: Bus;

before(async () => {
  server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connected();
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
});

async function connected(): Promise<Bus> {
  const made = await connectBus({ url: server.url, name: 'test', log: silentLog });
  atEnd(() => made.close());
  return made;
}

/** As one process sees it. */
async function watched(of: Bus) {
  const seen = new Map<string, string>();
  const bucket = await WatchedBucket.open(of, API_KEYS_BUCKET, new FakeClock(), (content) => {
    seen.clear();
    for (const [key, { value }] of content) seen.set(key, Buffer.from(value).toString());
  });
  atEnd(() => bucket.close());
  return { bucket, seen };
}

test('what one process puts another sees, and who comes later; what is deleted is gone', async () => {
  const [one, two] = [await watched(bus), await watched(await connected())];
  await one.bucket.put('a', Buffer.from('1'), 0);
  assert.equal(one.seen.get('a'), '1', 'known at once where it was put');
  await until('the other to see it', () => two.seen.get('a') === '1');
  await two.bucket.put('a', Buffer.from('2'), two.bucket.content.get('a')!.revision);
  await until('the first to see the change', () => one.seen.get('a') === '2');
  assert.equal((await watched(bus)).seen.get('a'), '2');
  await one.bucket.delete('a');
  await until('the other to see that it is gone', () => !two.seen.has('a'));
  assert.equal((await watched(bus)).seen.size, 0);
});

test('of two that change the same record one is refused', async () => {
  const [one, two] = [await watched(bus), await watched(await connected())];
  await one.bucket.put('b', Buffer.from('1'), 0);
  await assert.rejects(two.bucket.put('b', Buffer.from('x'), 0), BucketConflict);
  await until('the other to see it', () => two.seen.get('b') === '1');
  const before = one.bucket.content.get('b')!.revision;
  await one.bucket.put('b', Buffer.from('2'), before);
  await assert.rejects(two.bucket.put('b', Buffer.from('3'), before), BucketConflict);
});

test('what changed while a process was cut off it sees once it is connected again', async () => {
  const cutOff = await watched(bus);
  const count = cutOff.seen.size;
  await server.kill9();
  await until('the loss to be noticed', () => !bus.connected());
  await server.restart();
  const other = await connected();
  await (await watched(other)).bucket.put('c', Buffer.from('late'), 0);
  await until('it to be seen', () => cutOff.seen.get('c') === 'late', { timeoutMs: 20_000 });
  assert.equal(cutOff.seen.size, count + 1);
});

test('where NATS does not answer, that is what is said, of a change as of a look', async () => {
  const own = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  const alone = await connectBus({ url: own.url, name: 'test', log: silentLog });
  atEnd(() => alone.close());
  await ensureStreams(alone, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
  const { bucket } = await watched(alone);
  await bucket.put('a', Buffer.from('1'), 0);
  const { revision } = bucket.content.get('a')!;
  await own.stop();
  await Promise.all([
    assert.rejects(bucket.put('a', Buffer.from('2'), revision), BucketUnavailable),
    assert.rejects(bucket.delete('a'), BucketUnavailable),
    assert.rejects(bucket.refresh(), BucketUnavailable),
  ]);
});
