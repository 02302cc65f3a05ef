/**
 * Projects journals into the archive. A batch of commits and the cursor behind it are one transaction, so whatever crashes,
 * each event is in the archive exactly once: records at or below the cursor are passed over.
 */

import type { PartitionName } from '../bus/partition.ts';
import type { Log } from '../telemetry/log.ts';
import type { Connection } from './bulk.ts';
import type { ArchiveDatabase } from './database.ts';
import type { CommitRecord } from './journal-source.ts';
import { Projection } from './projection.ts';
import type { CursorRow } from './schema.ts';

export class Projector {
  readonly #database: ArchiveDatabase;
  readonly #log: Log;

  constructor(database: ArchiveDatabase, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** Where the partition's cursors stand; sequence 0 before the first record. */
  async cursor(partition: PartitionName): Promise<CursorRow> {
    return cursorOf(this.#database.writer, partition);
  }

  /** Resolves with the cursor after the batch is committed; all or nothing of it. */
  async project(partition: PartitionName, records: readonly CommitRecord[]): Promise<CursorRow> {
    return this.#database.writer.transaction().execute(async (transaction) => {
      const before = await cursorOf(transaction, partition);
      const fresh = records.filter(({ seq }) => seq > before.seq);
      const last = fresh.at(-1);
      if (last === undefined) return before;
      const projection = new Projection();
      for (const { events } of fresh) for (const event of events) projection.want(event);
      await projection.load(transaction);
      for (const record of fresh) this.#take(projection, partition, record);
      await projection.save(transaction);
      const after = {
        ...before,
        seq: last.seq,
        epoch: last.epoch,
        at: Math.max(before.at, ...fresh.map(({ at }) => at)),
      };
      await saveCursor(transaction, after);
      return after;
    });
  }

  /** An event that cannot be read stays in the journal and is reported; it must not hold up all that come after it. */
  #take(projection: Projection, partition: PartitionName, { seq, events }: CommitRecord): void {
    for (const [index, event] of events.entries()) {
      try {
        projection.take(event, { partition, seq, index });
      } catch (error) {
        const where = `${partition}.${seq}.${index}`;
        this.#log.error(
          { event: 'archive.event-skipped', position: where, type: event.type, err: error },
          'event not projected',
        );
      }
    }
  }
}

export async function cursorOf(db: Connection, partition: PartitionName): Promise<CursorRow> {
  const row = await db.selectFrom('cursors').selectAll().where('partition', '=', partition).executeTakeFirst();
  return row ?? { partition, seq: 0, epoch: 0, at: 0, published: 0 };
}

async function saveCursor(db: Connection, { partition, seq, epoch, at, published }: CursorRow): Promise<void> {
  await db
    .insertInto('cursors')
    .values({ partition, seq, epoch, at, published })
    // `published` has another writer.
    .onConflict((conflict) => conflict.column('partition').doUpdateSet({ seq, epoch, at }))
    .execute();
}
