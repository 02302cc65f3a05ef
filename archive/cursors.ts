/** How far each journal is projected and published. A cursor moves in one transaction with what it stands behind. */

import type { PartitionName } from '../bus/partition.ts';
import type { Connection } from './bulk.ts';
import type { Batch } from './journal-source.ts';
import type { CursorRow } from './schema.ts';

/** In the order of `partitions`; sequence 0 before the first record. */
async function cursorsOf(db: Connection, partitions: readonly PartitionName[]): Promise<CursorRow[]> {
  const rows = await db.selectFrom('cursors').selectAll().execute();
  const byPartition = new Map(rows.map((row) => [row.partition, row]));
  return partitions.map(
    (partition) => byPartition.get(partition) ?? { partition, seq: 0, epoch: 0, at: 0, published: 0 },
  );
}

export async function cursorOf(db: Connection, partition: PartitionName): Promise<CursorRow> {
  const [cursor] = await cursorsOf(db, [partition]);
  return cursor!;
}

/** A batch, never empty, of what comes behind a cursor. */
export interface Fresh extends Batch {
  readonly cursor: CursorRow;
}

/** Without what stands at or below the cursors: it is delivered again after a crash or a failure. */
export async function behind(db: Connection, by: 'seq' | 'published', batches: readonly Batch[]): Promise<Fresh[]> {
  const cursors = await cursorsOf(
    db,
    batches.map(({ partition }) => partition),
  );
  return batches.flatMap(({ partition, records }, i) => {
    const cursor = cursors[i]!;
    const rest = records.filter(({ seq }) => seq > cursor[by]);
    return rest.length === 0 ? [] : [{ partition, records: rest, cursor }];
  });
}

/** `published` has another writer. */
export async function saveProjected(db: Connection, fresh: readonly Fresh[]): Promise<void> {
  const rows = fresh.map(({ cursor, records }) => {
    const { seq, epoch } = records.at(-1)!;
    return { ...cursor, seq, epoch, at: Math.max(cursor.at, ...records.map(({ at }) => at)) };
  });
  await save(db, rows, ['seq', 'epoch', 'at']);
}

export async function savePublished(db: Connection, fresh: readonly Fresh[]): Promise<void> {
  const rows = fresh.map(({ cursor, records }) => ({ ...cursor, published: records.at(-1)!.seq }));
  await save(db, rows, ['published']);
}

async function save(db: Connection, rows: readonly CursorRow[], columns: (keyof CursorRow)[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('cursors')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('partition')
        .doUpdateSet(({ ref }) => Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}`)]))),
    )
    .execute();
}
