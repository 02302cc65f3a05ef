/** Becoming the owner of a partition: fence, recover, begin. */

import { fenceJournal } from '../bus/journal-writer.ts';
import type { PartitionName } from '../bus/partition.ts';
import { AppendRefused, IngestFull } from '../bus/publish.ts';
import { openSnapshots } from '../bus/snapshot-store.ts';
import { ingestStream } from '../bus/subjects.ts';
import { Housekeeping } from './housekeeping.ts';
import { Partition, type PartitionDeps } from './partition.ts';
import { purgeJournal } from './purge.ts';
import { recover } from './recovery.ts';
import { resumeAfter } from './resume.ts';
import { Snapshotter } from './snapshot.ts';
import { OwnershipLost } from './supervision.ts';

/** Throws OwnershipLost when another worker was faster. */
export async function takePartition(deps: PartitionDeps, name: PartitionName, owner: string): Promise<Partition> {
  const started = deps.clock.monotonic();
  try {
    const writer = await fenceJournal(deps.bus, name, owner);
    const journaled = await recover(deps.bus, name, deps.kinds, deps.policy, writer.fenceSeq);
    const recovered = { ...journaled, cursor: await resume(deps, name, journaled.cursor) };
    const { entities } = recovered;
    const store = await openSnapshots(deps.bus, name);
    const snapshotter = new Snapshotter(writer, store, entities, deps.log, recovered);
    deps.metrics.recovered(name, recovered.replayed, deps.clock.monotonic() - started);
    return new Partition(deps, name, writer, recovered, new Housekeeping(deps, name, writer, entities, snapshotter));
  } catch (error) {
    if (error instanceof AppendRefused) {
      throw new OwnershipLost(`${name}: another worker fenced first`, { cause: error });
    }
    // A full journal takes no fence either: make room before the next try.
    if (error instanceof IngestFull) await purgeJournal(deps.bus, name);
    throw error;
  }
}

async function resume({ bus, log }: PartitionDeps, partition: PartitionName, cursor: number): Promise<number> {
  const { state } = await bus.jsm.streams.info(ingestStream(partition));
  const after = resumeAfter(cursor, { first: state.first_seq, last: state.last_seq });
  if (after !== cursor)
    log.error(
      { event: 'inbox.shorter', partition, taken: cursor, last: state.last_seq, after },
      'the inbox ends before what was taken in of it: it was made anew or has lost its end',
    );
  return after;
}
