import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus } from '../../bus/connection.ts';
import { readStream, StreamReplaced } from '../../bus/stream-reader.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';

const READERS = 12;
/** More than the 64 MiB that the server lets wait on one connection. */
const EACH = 14;
const BYTES = 600_000;

test('[BR-REL-003] many readers that come late and are slow get all of a long backlog, in order', {
  timeout: 120_000,
}, async () => {
  const nats = await startNats();
  const bus = await connectBus({ url: nats.url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  const names = Array.from({ length: READERS }, (_, i) => `LONG_${i}`);
  for (const name of names) {
    await bus.jsm.streams.add({ name, subjects: [name] });
    for (let i = 0; i < EACH; i++) await bus.js.publish(name, Buffer.alloc(BYTES, i));
  }
  const standStill = new Int32Array(new SharedArrayBuffer(4));
  const read = async (name: string) => {
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { seq, data } of readStream(bus, name, name, 1, stop.signal)) {
      assert.equal(data.length, BYTES);
      seen.push(seq);
      // As projecting does: nobody reads from the connection meanwhile.
      Atomics.wait(standStill, 0, 0, 30);
      if (seen.length === EACH) stop.abort();
    }
    return seen;
  };
  const wanted = Array.from({ length: EACH }, (_, i) => i + 1);
  assert.deepEqual(
    await Promise.all(names.map(read)),
    names.map(() => wanted),
  );
});

test('[BR-REL-004] a stream that was deleted and made anew is not taken for the one before', {
  timeout: 60_000,
}, async () => {
  const nats = await startNats();
  const bus = await connectBus({ url: nats.url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  const anew = async (text: string) => {
    await bus.jsm.streams.add({ name: 'AGAIN', subjects: ['AGAIN'] });
    await bus.js.publish('AGAIN', text);
  };
  await anew('old');
  const read = async (wanted: string, then: () => Promise<void>) => {
    for await (const { data } of readStream(bus, 'AGAIN', 'AGAIN', 1, new AbortController().signal)) {
      assert.equal(Buffer.from(data).toString(), wanted);
      await bus.jsm.streams.delete('AGAIN');
      await then();
    }
  };
  await assert.rejects(() => read('old', () => anew('new')), StreamReplaced);
  const lost = async () => {
    await anew('newer');
    await nats.restart();
  };
  await assert.rejects(() => read('new', lost), StreamReplaced);
});
