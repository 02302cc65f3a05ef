import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { bucketKeys } from '../../bus/bucket-keys.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';

let bus: Bus;

before(async () => {
  const { url } = await startNats();
  bus = await connectBus({ url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
});

test('the keys of a bucket are told whole, also while its records are rewritten all the time', async () => {
  const bucket = await bus.kvm.create('busy');
  await Promise.all(['a.b', 'c'].map((key) => bucket.put(key, '0')));
  let isWriting = true;
  const writing = (async () => {
    for (let i = 0; isWriting; i++) await bucket.put('c', String(i));
  })();
  for (let i = 0; i < 200; i++) assert.deepEqual((await bucketKeys(bus, 'busy')).sort(), ['a.b', 'c']);
  isWriting = false;
  await writing;
});

test('an empty bucket has no keys', async () => {
  await bus.kvm.create('empty');
  assert.deepEqual(await bucketKeys(bus, 'empty'), []);
});
