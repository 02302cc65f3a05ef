/**
 * Which journals an archive is of: those that it read first. Sequences start anew with a new journal, so an archive that goes on with
 * another would wait for them to come round again, and then mix the two.
 */

import type { PartitionName } from '../bus/partition.ts';
import { journalStream } from '../bus/subjects.ts';
import { type ArchiveDatabase, ArchiveUnusable, MADE_ANEW } from './database.ts';

export interface Journal {
  readonly partition: PartitionName;
  /** When the server made its stream. */
  readonly made: string;
  /** Its last sequence. */
  readonly last: number;
}

/** `projected`: the last sequence of it that the archive has. Throws ArchiveUnusable where it is not the journal of before. */
export async function checkOrigin(database: ArchiveDatabase, journal: Journal, projected: number): Promise<void> {
  const { partition, made, last } = journal;
  const { writer, file } = database;
  const row = await writer.selectFrom('journals').select('made').where('partition', '=', partition).executeTakeFirst();
  const stream = journalStream(partition);
  if (row !== undefined && row.made !== made)
    throw apart(file, `it is of the ${stream} that was made at ${row.made}; the one that is there was made at ${made}`);
  if (projected > last) throw apart(file, `it holds ${stream} up to ${projected}, but that journal ends at ${last}`);
  if (row === undefined) await writer.insertInto('journals').values({ partition, made }).execute();
}

function apart(file: string, how: string): ArchiveUnusable {
  return new ArchiveUnusable(file, `${how}: they do not belong together. ${MADE_ANEW}`);
}
