import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus } from '../../bus/connection.ts';
import { senderMemory } from '../../bus/sender-memory.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';

const GIB = 1024 ** 3;

test('[BR-REL-004] [BR-INT-009] what a channel keeps outlives processes and a restart of NATS, each under its own name', async () => {
  const nats = await startNats({ maxFileStore: 8 * GIB });
  const connect = async () => {
    const bus = await connectBus({ url: nats.url, name: 'test', log: silentLog, patience: 20_000 });
    atEnd(() => bus.close());
    return bus;
  };
  const bus = await connect();
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 1024 ** 2 });
  const mail = senderMemory(() => bus, 'acme/mail');
  assert.equal(await mail.read('bounced'), null);
  await mail.write('bounced', 'one');
  await mail.write('bounced', 'two: ü');
  assert.equal(await senderMemory(() => bus, 'acme/other').read('bounced'), null);
  await bus.close();
  await nats.restart();
  const next = await connect();
  assert.equal(await senderMemory(() => next, 'acme/mail').read('bounced'), 'two: ü');
  await assert.rejects(senderMemory(() => next, 'acme/mail').write('bounced', 'x'.repeat(900_001)), /at most 900000/);
  await assert.rejects(senderMemory(() => null, 'acme/mail').read('bounced'), /NATS has not been reached/);
});
