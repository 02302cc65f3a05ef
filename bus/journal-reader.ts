/** Reading a partition's journal: for recovery up to a known sequence, for the projector without end. */

import type { Bus } from './connection.ts';
import { CommitAssembler, decodeFence, decodeManifest, type JournalRecord } from './journal.ts';
import type { PartitionName } from './partition.ts';
import { readStream } from './stream-reader.ts';
import { journalStream, subjects } from './subjects.ts';

/**
 * Records from `fromSeq` on, in order, until `signal` aborts. `fromSeq` must be the first message of a record: one behind
 * the `seq` of another. Throws JournalUnreadable.
 */
export async function* readJournal(
  bus: Bus,
  partition: PartitionName,
  fromSeq: number,
  signal: AbortSignal,
): AsyncGenerator<JournalRecord> {
  const assembler = new CommitAssembler();
  const stream = journalStream(partition);
  for await (const { seq, subject, data } of readStream(bus, stream, subjects.allJournal(partition), fromSeq, signal)) {
    const where = `${stream} ${seq}`;
    if (subject === subjects.fence(partition)) {
      assembler.interrupt();
      yield { kind: 'fence', seq, fence: decodeFence(data, where) };
    } else if (subject === subjects.manifest(partition)) {
      yield { kind: 'manifest', seq, manifest: decodeManifest(data, where) };
    } else {
      const commit = assembler.add(data, where);
      if (commit !== null) yield { kind: 'commit', seq, commit };
    }
  }
}
