import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { askArchive, QueryFailed } from '../../archive/ask.ts';
import { ArchiveUnusable, openArchive } from '../../archive/database.ts';
import { type JournalSource, journalSource } from '../../archive/journal-source.ts';
import { type ArchiveOptions, type PartitionLag, type RunningArchive, runArchive } from '../../archive/run.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { fenceJournal, type JournalWriter } from '../../bus/journal-writer.ts';
import { readStream } from '../../bus/stream-reader.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { EVENTS_STREAM, journalStream, subjects } from '../../bus/subjects.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';
import { newFile } from './archive-file.ts';
import { delivery, fingerprintOf, opened, repeated, resolved } from './journal-of.ts';

const MiB = 1024 * 1024;
const PARTITIONS = ['a0', 'c0'] as const;

async function newBus(): Promise<Bus> {
  const nats = await startNats({ maxFileStore: 8 * 1024 * MiB });
  const bus = await connectBus({ url: nats.url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 16 * MiB });
  return bus;
}

async function startArchive(
  bus: Bus,
  databaseFile: string,
  parts: Partial<ArchiveOptions> = {},
): Promise<RunningArchive> {
  const { clock = systemClock, journal = journalSource(bus, clock) } = parts;
  const archive = await runArchive({
    bus,
    journal,
    partitions: PARTITIONS,
    databaseFile,
    clock,
    log: silentLog,
  });
  atEnd(() => archive.close());
  return archive;
}

async function append(writer: JournalWriter, ...events: JournalEvent[]): Promise<void> {
  const { epoch } = writer;
  await writer.append({
    epoch,
    previous: writer.lastSeq,
    at: 1,
    cursor: 0,
    marks: {},
    published: 0,
    events,
    effects: [],
  });
}

const isCaughtUp = async (archive: RunningArchive) =>
  (await archive.lag()).every(({ projected, published, last }) => projected === last && published === last);

const caughtUp = (archive: RunningArchive) => until('the archive to catch up', () => isCaughtUp(archive));

async function publicEvents(bus: Bus): Promise<Record<string, unknown>[]> {
  const { state } = await bus.jsm.streams.info(EVENTS_STREAM);
  const events: Record<string, unknown>[] = [];
  if (state.messages === 0) return events;
  const stop = new AbortController();
  for await (const { seq, data } of readStream(bus, EVENTS_STREAM, subjects.allEvents, 1, stop.signal)) {
    events.push(JSON.parse(Buffer.from(data).toString()));
    if (seq === state.last_seq) break;
  }
  stop.abort();
  return events;
}

test('[BR-REL-014] [BR-INT-007] the archive follows the journals, answers over the bus, publishes, and goes on after a stop', async () => {
  const bus = await newBus();
  const file = newFile();
  const alerts = await fenceJournal(bus, 'a0', 'w1');
  const channels = await fenceJournal(bus, 'c0', 'w1');
  const first = await startArchive(bus, file);
  await append(alerts, opened(1, 'r1'), opened(2, 'r2'));
  await append(channels, delivery('queued', 'n1', [1]), delivery('delivered', 'n1', []));
  await caughtUp(first);
  await first.close();

  await append(alerts, repeated(1, 'r3', 2), resolved(1, 'r4'));
  const second = await startArchive(bus, file);
  await caughtUp(second);

  const ask = askArchive(bus.nc);
  const alert = (await ask('alert', { tenant: 'acme', fingerprint: fingerprintOf(1) })) as Record<string, unknown>;
  assert.equal(alert.status, 'resolved');
  assert.equal(alert.occurrences, 2);
  const cursors = (await ask('cursors', {})) as Record<string, { projected: number }>;
  assert.equal(cursors.a0?.projected, 3);

  const events = await publicEvents(bus);
  const byPartition = (partition: string) => events.filter(({ source }) => source === `/herald/${partition}`);
  assert.deepEqual(
    byPartition('a0').map(({ id, type }) => [id, type]),
    [
      ['a0.2.0', 'alert.opened'],
      ['a0.2.1', 'alert.opened'],
      ['a0.3.0', 'alert.repeated'],
      ['a0.3.1', 'alert.resolved'],
    ],
  );
  assert.deepEqual(
    byPartition('c0').map(({ type }) => type),
    ['notification.delivered'],
  );
  await second.close();
});

test('[BR-REL-004] [BR-REL-014] an archive whose file takes nothing says so for as long as that lasts', async () => {
  const bus = await newBus();
  const file = newFile();
  const channels = await fenceJournal(bus, 'c0', 'w1');
  const archive = await startArchive(bus, file);
  const { writer, close } = await openArchive(file);
  const rename = (from: string, to: string) => sql.raw(`alter table ${from} rename to ${to}`).execute(writer);
  await rename('deliveries', 'gone');
  await append(channels, delivery('queued', 'n1', [1]));
  await until('it to say so', () => archive.heldUp() !== null);
  assert.equal(archive.heldUp(), 'the archive is held up: no such table: deliveries');
  assert.equal(archive.unusable(), null);
  await rename('gone', 'deliveries');
  await caughtUp(archive);
  await until('it to be over', () => archive.heldUp() === null);
  await close();
});

test('[BR-REL-004] an archive takes nothing of a journal that was made anew, however far that one has come, and is refused on its next start', async () => {
  const bus = await newBus();
  const file = newFile();
  await append(await fenceJournal(bus, 'a0', 'w1'), opened(1, 'r1'));
  const first = await startArchive(bus, file);
  await caughtUp(first);
  await bus.jsm.streams.delete(journalStream('a0'));
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 16 * MiB });
  const again = await fenceJournal(bus, 'a0', 'w1');
  for (let i = 0; i < 5; i++) await append(again, opened(i + 2, `r${i}`));
  await until('the archive to stand still', () => first.unusable() !== null);
  assert.match(String(first.unusable()), /HERALD_JOURNAL_a0 that was made at .* do not belong together/);
  const askNew = askArchive(bus.nc)('alert', { tenant: 'acme', fingerprint: fingerprintOf(3) });
  await assert.rejects(askNew, QueryFailed, 'nothing of it is there');
  await first.close();
  await assert.rejects(startArchive(bus, file), ArchiveUnusable);
});

test('[BR-REL-004] what NATS does not take keeps no archive from stopping, and is published by the next one', async () => {
  const bus = await newBus();
  const file = newFile();
  await append(await fenceJournal(bus, 'a0', 'w1'), opened(1, 'r1'));
  await bus.jsm.streams.delete(EVENTS_STREAM);
  const first = await startArchive(bus, file);
  await until('it to be projected', async () => {
    const [alerts] = await first.lag();
    return alerts!.projected === 2 && alerts!.last === 2;
  });
  const before = performance.now();
  await first.close();
  // It would be tried for ten seconds.
  assert.ok(performance.now() - before < 6000, 'it waited for its publication');

  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 16 * MiB });
  const second = await startArchive(bus, file);
  await caughtUp(second);
  assert.deepEqual(
    (await publicEvents(bus)).map(({ id }) => id),
    ['a0.2.0'],
  );
  await second.close();
});

test('a query that nobody answers, or nobody knows, fails with its code', async () => {
  const bus = await newBus();
  const ask = askArchive(bus.nc);
  const failsWith = (code: string) => (error: unknown) => error instanceof QueryFailed && error.code === code;
  await assert.rejects(ask('alerts', {}), { code: 'archive.unavailable', message: 'no archive is running' });
  const archive = await startArchive(bus, newFile());
  await assert.rejects(ask('nonsense', {}), failsWith('query.unknown'));
  await assert.rejects(ask('alerts', { cursor: 'nonsense' }), failsWith('query.cursor'));
  await assert.rejects(ask('alert', {}), failsWith('query.parameter'));
  const raw = await bus.nc.request(subjects.query('alerts'), 'not JSON');
  assert.match(raw.string(), /query\.parameter/);
  await archive.close();
});

test('an archive that belongs to other journals is refused instead of waiting for ever', async () => {
  const file = newFile();
  const bus = await newBus();
  await append(await fenceJournal(bus, 'a0', 'w1'), opened(1, 'r1'));
  const archive = await startArchive(bus, file);
  await caughtUp(archive);
  await archive.close();
  const other = await newBus();
  await assert.rejects(startArchive(other, file), { code: 'archive.unusable' });
});

test('what comes after a quiet time is projected at once; what others bring soon after waits for the beat that all have in common', async () => {
  const bus = await newBus();
  const alerts = await fenceJournal(bus, 'a0', 'w1');
  const channels = await fenceJournal(bus, 'c0', 'w1');
  const clock = new FakeClock();
  const archive = await startArchive(bus, newFile(), { clock });
  await until('the fences', () => {
    clock.advance(1000);
    return isCaughtUp(archive);
  });
  clock.advance(1000);
  await append(alerts, opened(1, 'r1'));
  await caughtUp(archive);
  const { pending } = clock;
  await append(channels, delivery('queued', 'n1', [1]));
  await until('it to wait', () => clock.pending > pending);
  assert.equal(await isCaughtUp(archive), false);
  clock.advance(50);
  await caughtUp(archive);
  await archive.close();
});

const lagOf = async (archive: RunningArchive, partition: (typeof PARTITIONS)[number]) =>
  (await archive.lag()).find((lag) => lag.partition === partition)!;

/** `poison`: what the journal of a0 holds. Resolves with how far that came, while c0 went on. */
async function besidePoison(poison: JournalEvent): Promise<PartitionLag> {
  const bus = await newBus();
  await append(await fenceJournal(bus, 'a0', 'w1'), poison);
  const channels = await fenceJournal(bus, 'c0', 'w1');
  const archive = await startArchive(bus, newFile());
  for (let n = 1; n <= 2; n++) {
    await append(channels, delivery('queued', `n${n}`, [1]), delivery('delivered', `n${n}`, []));
    await until('the other one to go on', async () => (await lagOf(archive, 'c0')).published === 1 + n);
  }
  const lag = await lagOf(archive, 'a0');
  await archive.close();
  return lag;
}

test('[BR-ERR-014] a partition that cannot be projected holds up no other', async () => {
  // No value that SQLite takes.
  const { projected, published, last } = await besidePoison(opened(1, 'r1', true as never));
  assert.equal(last, 2);
  assert.ok(projected < last && published < last);
});

test('[BR-ERR-014] a partition that cannot be published holds up no other', async () => {
  // No date can be made of it.
  const { projected, published, last } = await besidePoison(opened(1, 'r1', 'long ago' as never));
  assert.equal(projected, last);
  assert.ok(published < last);
});

/** Calls back with the batch of that number. */
function watchedSource(source: JournalSource, batch: number, callback: () => void): JournalSource {
  let batches = 0;
  return {
    async *read(partition, fromSeq, signal) {
      for await (const records of source.read(partition, fromSeq, signal)) {
        batches += 1;
        if (batches === batch) callback();
        yield records;
      }
    },
  };
}

test('[BR-REL-014] an archive that is stopped amid its rounds loses nothing, and makes nothing twice', async () => {
  const bus = await newBus();
  const file = newFile();
  const writers = [await fenceJournal(bus, 'a0', 'w1'), await fenceJournal(bus, 'c0', 'w1')];
  let count = 0;
  for (let commit = 0; commit < 20; commit++) {
    for (const writer of writers) {
      await append(writer, ...Array.from({ length: 150 }, () => opened(++count, `r${count}`)));
    }
  }
  for (const batch of [3, 2, 1]) {
    let isReached = false;
    const journal = watchedSource(journalSource(bus, systemClock), batch, () => {
      isReached = true;
    });
    const archive = await startArchive(bus, file, { journal });
    await until('it to be amid them, or done', async () => isReached || (await isCaughtUp(archive)));
    await archive.close();
  }
  const archive = await startArchive(bus, file);
  await caughtUp(archive);
  await archive.close();
  const { reader, close } = await openArchive(file);
  assert.equal((await reader.selectFrom('outcomes').select('receipt').execute()).length, count);
  await close();
  const published = (await publicEvents(bus)).map(({ id }) => id);
  assert.deepEqual([published.length, new Set(published).size], [count, count]);
});
