/** What really stands in the streams: the proof that the work of a benchmark happened. */

import type { Bus } from '../../bus/connection.ts';
import { connectBus } from '../../bus/connection.ts';
import { decodeFrame } from '../../bus/frame.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { readJournal } from '../../bus/journal-reader.ts';
import { type PartitionCount, type PartitionName, partitionNames } from '../../bus/partition.ts';
import { readStream } from '../../bus/stream-reader.ts';
import { ingestStream, journalStream, subjects } from '../../bus/subjects.ts';
import { partitionCount } from '../../gateway/open-bus.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Scratch } from './scratch.ts';

/** HERALD_PARTITIONS is left at its default. */
export const COUNT: PartitionCount = partitionCount(8);

export async function connect(scratch: Scratch, url: string): Promise<Bus> {
  const bus = await connectBus({ url, name: 'herald bench', log: silentLog });
  scratch.atEnd(() => bus.close());
  return bus;
}

/** Entries of all frames that wait in the inboxes. */
export async function countIngested(bus: Bus): Promise<number> {
  let entries = 0;
  for (const partition of partitionNames(COUNT)) entries += await countWaiting(bus, partition);
  return entries;
}

async function countWaiting(bus: Bus, partition: PartitionName): Promise<number> {
  const stream = ingestStream(partition);
  const { state } = await bus.jsm.streams.info(stream);
  if (state.messages === 0) return 0;
  const stop = new AbortController();
  let entries = 0;
  for await (const { seq, data } of readStream(bus, stream, subjects.ingest(partition), state.first_seq, stop.signal)) {
    entries += decodeFrame(data).entries.length;
    if (seq >= state.last_seq) break;
  }
  stop.abort();
  return entries;
}

/** Every event of all journals as they stand now. A purged journal cannot prove anything: it throws. */
export async function readEvents(bus: Bus, see: (event: JournalEvent) => void): Promise<void> {
  for (const partition of partitionNames(COUNT)) {
    const { state } = await bus.jsm.streams.info(journalStream(partition));
    if (state.first_seq > 1) throw new Error(`the journal of ${partition} was purged during the benchmark`);
    const stop = new AbortController();
    for await (const record of readJournal(bus, partition, 1, stop.signal)) {
      if (record.kind === 'commit') for (const event of record.commit.events) see(event);
      if (record.seq >= state.last_seq) break;
    }
    stop.abort();
  }
}

/** Follows all journals until so many events of the type have been committed. */
export async function untilCommitted(bus: Bus, type: JournalEvent['type'], wanted: number): Promise<void> {
  const stop = new AbortController();
  let seen = 0;
  const follow = async (partition: PartitionName) => {
    for await (const record of readJournal(bus, partition, 1, stop.signal)) {
      if (record.kind === 'commit') for (const event of record.commit.events) if (event.type === type) seen++;
      if (seen >= wanted) stop.abort();
    }
  };
  await Promise.all(partitionNames(COUNT).map(follow));
}

/** How many different keys have an event of this type. */
export async function countKeys(bus: Bus, type: JournalEvent['type']): Promise<number> {
  const keys = new Set<string>();
  await readEvents(bus, (event) => {
    if (event.type === type) keys.add('notificationId' in event ? event.notificationId : event.key);
  });
  return keys.size;
}

export function mustEqual(what: string, counted: number, wanted: number): void {
  if (counted !== wanted) throw new Error(`${what}: ${counted}, expected ${wanted}`);
}
