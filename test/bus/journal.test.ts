import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bus, connectBus } from '../../bus/connection.ts';
import type { Commit, JournalRecord } from '../../bus/journal.ts';
import { readJournal } from '../../bus/journal-reader.ts';
import { fenceJournal } from '../../bus/journal-writer.ts';
import type { PartitionCount } from '../../bus/partition.ts';
import { AppendRefused } from '../../bus/publish.ts';
import { ensureStreams, StreamMismatch, type StreamSizes } from '../../bus/streams.ts';
import { journalStream } from '../../bus/subjects.ts';
import { silentLog } from '../../telemetry/log.ts';
import { type NatsServer, startNats } from '../support/nats.ts';

const COUNT = { alert: 1, channel: 1 };
const SIZES = { ingestMaxBytes: 64 * 1024 * 1024 };

let server: NatsServer;
let bus: Bus;

before(async () => {
  server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  await ensureStreams(bus, COUNT, SIZES);
});

after(() => bus.close());

const commit = (epoch: number, cursor: number, previous = 0): Commit => ({
  epoch,
  previous,
  at: 1,
  cursor,
  marks: {},
  published: 0,
  events: [],
  effects: [],
});

async function readUntil(seq: number): Promise<JournalRecord[]> {
  const stop = new AbortController();
  const records: JournalRecord[] = [];
  for await (const record of readJournal(bus, 'a0', 1, stop.signal)) {
    records.push(record);
    if (record.seq >= seq) break;
  }
  stop.abort();
  return records;
}

test('streams are created once and checked afterwards; a difference is named, never changed', async () => {
  await ensureStreams(bus, COUNT, SIZES);
  const refused = async (count: PartitionCount, sizes: StreamSizes) => {
    const error = await ensureStreams(bus, count, sizes).catch((thrown: unknown) => thrown);
    return error instanceof StreamMismatch ? error.message : String(error);
  };
  assert.match(
    await refused(COUNT, { ingestMaxBytes: 1024 }),
    /^HERALD_INGEST_MAX_BYTES is 1024, .* with 67108864, give or take 1\./,
  );
  assert.match(
    await refused({ alert: 2, channel: 1 }, SIZES),
    /^HERALD_PARTITIONS is 2 \(and 1 for channels\), .* with 1 \(and 1 for channels\)\./,
  );
  await bus.jsm.streams.update(journalStream('a0'), { max_bytes: 1024 ** 3 });
  assert.match(
    await refused(COUNT, SIZES),
    /^stream HERALD_JOURNAL_a0: max_bytes is 1073741824, this Herald wants 536870912\./,
  );
  await bus.jsm.streams.update(journalStream('a0'), { max_bytes: 512 * 1024 ** 2 });
});

test('[BR-REL-012] after a takeover the former owner can write nothing, and the journal holds no trace of its try', async () => {
  const first = await fenceJournal(bus, 'a0', 'one');
  await first.append(commit(first.epoch, 1));
  const second = await fenceJournal(bus, 'a0', 'two');
  assert.equal(second.epoch, first.epoch + 1);
  await assert.rejects(first.append(commit(first.epoch, 2)), AppendRefused);
  const last = await second.append(commit(second.epoch, 3));
  const epochs = (await readUntil(last)).map((record) =>
    record.kind === 'fence'
      ? `fence ${record.fence.epoch} ${record.fence.owner}`
      : record.kind === 'commit' && `commit ${record.commit.cursor}`,
  );
  assert.deepEqual(epochs, ['fence 1 one', 'commit 1', 'fence 2 two', 'commit 3']);
});

test('of many workers that fence at once exactly one can write afterwards', async () => {
  const tries = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((owner) => fenceJournal(bus, 'a0', owner)));
  const writers = tries.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const appends = await Promise.allSettled(writers.map((writer) => writer.append(commit(writer.epoch, 9))));
  assert.equal(appends.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a commit larger than a message goes into the journal in parts and comes out whole', async () => {
  const writer = await fenceJournal(bus, 'a0', 'large');
  const marks = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => [`${'x'.repeat(1000)}${i}`, [i, i] as const]),
  );
  const seq = await writer.append({ ...commit(writer.epoch, 10), marks });
  const records = await readUntil(seq);
  const last = records.at(-1)!;
  assert.ok(seq > writer.fenceSeq + 1, 'the commit took more than one message');
  assert.ok(last.kind === 'commit' && Object.keys(last.commit.marks).length === 3000);
});

test('[BR-REL-004] an append outlives a kill -9 of the server: stored once, under the expected sequence', async () => {
  const writer = await fenceJournal(bus, 'a0', 'crash');
  const before = writer.lastSeq;
  await server.kill9();
  const appended = writer.append(commit(writer.epoch, 20));
  await server.restart();
  assert.equal(await appended, before + 1);
  assert.equal(await writer.append(commit(writer.epoch, 21)), before + 2);
});
