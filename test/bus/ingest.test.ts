import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { framePublisher, watchIngest } from '../../bus/ingest.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { ingestStream } from '../../bus/subjects.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const COUNT = { alert: 1, channel: 1 };
const SIZES = { ingestMaxBytes: 1024 * 1024 };

let bus: Bus;

before(async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  await ensureStreams(bus, COUNT, SIZES);
});

after(() => bus.close());

test('[BR-REL-003] nothing is admitted while the inbox is nearly full or does not answer, and again once it is and does', async () => {
  const gauge = watchIngest(bus, COUNT, systemClock);
  await until('a look', () => gauge.admitting());
  const { publish } = framePublisher(bus);
  for (let i = 0; i < 4; i++) await publish('a0', Buffer.alloc(100 * 1024), `fill-${i}`);
  await until('it to be refused', () => !gauge.admitting());
  const { config } = await bus.jsm.streams.info(ingestStream('a0'));
  await bus.jsm.streams.purge(ingestStream('a0'));
  await until('it to be admitted', () => gauge.admitting());
  // The connection stands, yet nothing can be stored.
  await bus.jsm.streams.delete(ingestStream('a0'));
  await until('it to be refused', () => !gauge.admitting());
  assert.ok(bus.connected());
  await bus.jsm.streams.add(config);
  await until('it to be admitted', () => gauge.admitting());
  gauge.stop();
});

test('[BR-REL-003] what was sent since the last look counts: nothing is admitted before the next one has seen it', async () => {
  const clock = new FakeClock();
  const gauge = watchIngest(bus, COUNT, clock);
  const looked = () => until('a look to be over', () => clock.pending === 1);
  await looked();
  const { config } = await bus.jsm.streams.info(ingestStream('a0'));
  gauge.sent('a0', config.max_bytes * 0.3);
  assert.ok(gauge.admitting());
  gauge.sent('c0', config.max_bytes * 0.3);
  assert.ok(gauge.admitting(), 'each inbox for itself');
  gauge.sent('a0', config.max_bytes * 0.3);
  assert.ok(!gauge.admitting());
  // It never got there: the next look says so.
  clock.advance(250);
  await looked();
  assert.ok(gauge.admitting());
  gauge.stop();
});
