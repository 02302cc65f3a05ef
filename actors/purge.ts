/** Dropping from the streams what no recovery, no archive and no effect needs any more. */

import type { Bus } from '../bus/connection.ts';
import type { Manifest } from '../bus/journal.ts';
import { lastManifest } from '../bus/journal-writer.ts';
import type { PartitionName } from '../bus/partition.ts';
import { ingestStream, journalStream, META_BUCKET, subjects } from '../bus/subjects.ts';

/** Drops the frames of the inbox that commits have taken in. */
export async function purgeIngest(bus: Bus, partition: PartitionName, cursor: number): Promise<void> {
  // Without a filter: the server then drops whole blocks, and need not look at each message.
  await purgeBelow(bus, ingestStream(partition), {}, cursor + 1);
}

/**
 * Drops commits that the last snapshot holds, whose effects are published, and that the archive has projected and told of;
 * and all fences and manifests but the last.
 */
export async function purgeJournal(bus: Bus, partition: PartitionName, manifest?: Manifest | null): Promise<void> {
  const snapshot = manifest ?? (await lastManifest(bus, partition));
  if (snapshot === null) return;
  const meta = await bus.kvm.open(META_BUCKET);
  const projected = Number((await meta.get(`projected.${partition}`))?.string() ?? 0);
  const stream = journalStream(partition);
  const commits = Math.min(snapshot.replayFrom, snapshot.published, projected) + 1;
  await purgeBelow(bus, stream, { filter: subjects.commit(partition) }, commits);
  await purgeAllButLast(bus, stream, subjects.fence(partition));
  await purgeAllButLast(bus, stream, subjects.manifest(partition));
}

async function purgeAllButLast(bus: Bus, stream: string, filter: string): Promise<void> {
  const last = await bus.jsm.streams.getMessage(stream, { last_by_subj: filter });
  if (last !== null) await purgeBelow(bus, stream, { filter }, last.seq);
}

/** Server 2.9 takes a sequence of 0 or 1 for "no sequence" and purges everything that the filter matches. */
async function purgeBelow(bus: Bus, stream: string, what: { filter?: string }, seq: number): Promise<void> {
  if (seq > 1) await bus.jsm.streams.purge(stream, { ...what, seq });
}
