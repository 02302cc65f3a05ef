/** Alerts by NATS, against a real server: once each however often a message is gone over, and never a message that stops all. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFrames } from '../../actors/intake.ts';
import type { Entry } from '../../alert/entry.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { decodeFrame } from '../../bus/frame.ts';
import { framePublisher } from '../../bus/ingest.ts';
import type { PartitionName } from '../../bus/partition.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { META_BUCKET } from '../../bus/subjects.ts';
import { entriesOf, runNatsInlet } from '../../ingress/nats-inlet.ts';
import type { IngressSource } from '../../ingress/source.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const COUNT = { alert: 1, channel: 1 };
const SOURCE: IngressSource = {
  name: 'mine',
  tenant: 'default',
  format: 'alertmanager',
  maxBodyBytes: 1024 * 1024,
  auth: { type: 'none' },
  access: null,
  bulk: false,
};

let bus: Bus;

before(async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  await ensureStreams(bus, COUNT, { ingestMaxBytes: 64 * 1024 * 1024 });
});

after(() => bus.close());

/** Puts in what is there and whatever comes until `enough`; returns the frames that were published, in order. */
async function inletUntil(enough: (frames: Uint8Array[]) => boolean): Promise<Uint8Array[]> {
  const stop = new AbortController();
  const frames: Uint8Array[] = [];
  const real = framePublisher(bus);
  const publisher = {
    ...real,
    async publish(partition: PartitionName, data: Uint8Array, messageId: string) {
      const sequence = await real.publish(partition, data, messageId);
      frames.push(data);
      return sequence;
    },
  };
  const running = runNatsInlet({
    bus,
    publisher,
    count: COUNT,
    clock: systemClock,
    log: silentLog,
    random: () => 7,
    signal: stop.signal,
    findSource: (name) => (name === SOURCE.name ? SOURCE : null),
    masksBeforeStoring: () => false,
  });
  await until('its frames', () => enough(frames), { seen: () => frames.length });
  stop.abort();
  await running;
  return frames;
}

const entriesIn = (frames: readonly Uint8Array[]): Entry[] => frames.flatMap((data) => [...decodeFrame(data).entries]);
const body = (alertname: string) => JSON.stringify({ alerts: [{ status: 'firing', labels: { alertname } }] });

test('[BR-ERR-009] a message too large to be a dead letter becomes several, with all of it; the next message is taken', async () => {
  const garbage = `not JSON ${'\u0007'.repeat(1_000_000)}`;
  await bus.js.publish('herald.v1.in.default.mine', garbage);
  await bus.js.publish('herald.v1.in.default.mine', body('Next'));
  const entries = entriesIn(await inletUntil((frames) => entriesIn(frames).some(({ kind }) => kind === 'alert')));
  const letters = entries.flatMap((entry) => (entry.kind === 'unreadable' ? [entry] : []));
  assert.ok(letters.length > 1);
  assert.equal(Buffer.from(letters.map(({ raw }) => raw).join(''), 'base64').toString(), garbage);
  assert.equal(new Set(letters.map(({ id }) => id)).size, letters.length);
});

test('a subject with more words than a tenant and a source is of no source', async () => {
  await bus.js.publish('herald.v1.in.default.mine.too', body('Astray'));
  const isLetter = (entry: Entry) => entry.kind === 'unreadable' && entry.source === 'mine.too';
  const entries = entriesIn(await inletUntil((frames) => entriesIn(frames).some(isLetter)));
  const letter = entries.find(isLetter);
  assert.equal(letter?.kind === 'unreadable' && letter.problem, 'no Source resource is named "mine.too"');
});

test('[BR-SEC-012] what stands under the name of a secret is not in a dead letter either, readable or not', async () => {
  const event = { routing_key: 'hunter2', n: 1, alerts: 'none', note: { apiToken: 'hunter2' } };
  for (const text of [JSON.stringify(event), `${JSON.stringify(event, null, 2)}, "and": "rest`]) {
    await bus.js.publish('herald.v1.in.default.mine', text);
  }
  const letters = (entries: readonly Entry[]) => entries.filter((entry) => entry.kind === 'unreadable');
  const kept = letters(entriesIn(await inletUntil((frames) => letters(entriesIn(frames)).length >= 2)));
  for (const { raw } of kept) {
    const text = Buffer.from(raw, 'base64').toString();
    assert.ok(!text.includes('hunter2') && text.includes('"none"'), text);
  }
});

test('[BR-REL-013] a message that is gone over again, however late, changes nothing', async () => {
  await bus.js.publish('herald.v1.in.default.mine', body('Once'));
  const isIt = (data: Uint8Array) =>
    entriesIn([data]).some((entry) => entry.kind === 'alert' && entry.alert.labels.alertname === 'Once');
  const data = (await inletUntil((frames) => frames.some(isIt))).find(isIt)!;
  const once = readFrames([{ seq: 1, data }], {}, 0);
  assert.equal(once.inputs.length, 1);
  // As after a crash before the cursor was written: the message is still there, and long past any window for message ids.
  const again = readFrames([{ seq: 2, data }], once.marks, 0);
  assert.deepEqual([again.inputs.length, again.events.length], [0, 0]);
});

test('[BR-REL-003] an inbound stream that is made anew is read from its beginning', async () => {
  const { config } = await bus.jsm.streams.info('HERALD_IN');
  await bus.jsm.streams.delete('HERALD_IN');
  await bus.jsm.streams.add(config);
  await bus.js.publish('herald.v1.in.default.mine', body('Anew'));
  const frames = await inletUntil((published) => published.length > 0);
  const [entry] = entriesIn(frames);
  assert.ok(entry?.kind === 'alert' && entry.alert.labels.alertname === 'Anew');
  const meta = await bus.kvm.open(META_BUCKET);
  await until('its cursor', async () => {
    const { created } = await bus.jsm.streams.info('HERALD_IN');
    return (await meta.get(`inlet.cursor.${Date.parse(created)}`))?.string() === '1';
  });
});

test('[BR-SEC-012] what was sent to the wrong tenant is not kept where that of the Source masks before storing', () => {
  const read = (tenant: string, masking: string) => {
    const message = {
      subject: `herald.v1.in.${tenant}.${SOURCE.name}`,
      seq: 1,
      data: Buffer.from(body('Secret')),
      pending: 0,
    };
    const [letter] = entriesOf(message, {
      clock: systemClock,
      random: () => 7,
      findSource: (name) => (name === SOURCE.name ? SOURCE : null),
      masksBeforeStoring: (one) => one === masking,
    });
    assert.ok(letter?.kind === 'unreadable');
    return letter;
  };
  for (const masking of [SOURCE.tenant, 'elsewhere']) {
    const { raw, problem } = read('elsewhere', masking);
    assert.equal(raw, '');
    assert.ok(problem.endsWith(`its content is not kept, for ${masking} masks before storing`), problem);
  }
  assert.match(Buffer.from(read('elsewhere', 'nobody').raw, 'base64').toString(), /Secret/);
});
