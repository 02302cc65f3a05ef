import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AckMissing, type Acknowledgements, PublishRefused } from '../../bus/acknowledgements.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { silentLog } from '../../telemetry/log.ts';
import '../support/leaks.ts';
import { startNats } from '../support/nats.ts';

let bus: Bus;
let acknowledgements: Acknowledgements;

before(async () => {
  const server = await startNats();
  bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  await bus.jsm.streams.add({ name: 'S', subjects: ['s.*'], max_bytes: 64 * 1024, max_msg_size: 2048 });
  acknowledgements = bus.acknowledgements;
});

after(() => bus.close());

const message = (messageId: string, more: { expectLastSequence?: number; subject?: string } = {}) => ({
  subject: 's.a',
  data: 'x',
  messageId,
  timeout: 2000,
  ...more,
});

test('each message is answered with its own sequence, the same id with the same', async () => {
  const sequences = await Promise.all(['a', 'b', 'c', 'b'].map((id) => acknowledgements.publish(message(id))));
  assert.deepEqual(sequences, [1, 2, 3, 2]);
});

test('[BR-REL-012] a refusal tells its code: another last sequence than expected', async () => {
  await assert.rejects(acknowledgements.publish(message('d', { expectLastSequence: 1 })), (error) => {
    return error instanceof PublishRefused && error.code === 10071;
  });
  assert.equal(await acknowledgements.publish(message('e', { expectLastSequence: 3 })), 4);
});

test('a subject that no stream takes is told at once, and not after the time-out', async () => {
  await assert.rejects(
    acknowledgements.publish(message('f', { subject: 'nobody', timeout: 60_000 } as never)),
    AckMissing,
  );
});

test('[BR-REL-004] what was under way when the connection was lost is told so when it is back', async () => {
  const lost = acknowledgements.publish(message('g'));
  acknowledgements.reconnected();
  await assert.rejects(lost, AckMissing);
  assert.equal(await acknowledgements.publish(message('g')), 5, 'tried again under its id it is stored once');
});
