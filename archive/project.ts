/**
 * Projects journals into the archive. Batches of several partitions and the cursors behind them are one transaction, so whatever
 * crashes, each event is in the archive exactly once: records at or below the cursor are passed over.
 */

import type { Log } from '../telemetry/log.ts';
import { behind, saveProjected } from './cursors.ts';
import type { ArchiveDatabase } from './database.ts';
import type { Batch } from './journal-source.ts';
import { Projection } from './projection.ts';

export class Projector {
  readonly #database: ArchiveDatabase;
  readonly #log: Log;

  constructor(database: ArchiveDatabase, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** At most one batch of a partition. Resolves once they are committed; all or nothing of them. */
  async project(batches: readonly Batch[]): Promise<void> {
    await this.#database.writer.transaction().execute(async (transaction) => {
      const fresh = await behind(transaction, 'seq', batches);
      const projection = new Projection();
      for (const { records } of fresh)
        for (const { events } of records) for (const event of events) projection.want(event);
      await projection.load(transaction);
      for (const batch of fresh) this.#take(projection, batch);
      await projection.save(transaction);
      await saveProjected(transaction, fresh);
    });
  }

  /** An event that cannot be read stays in the journal and is reported; it must not hold up all that come after it. */
  #take(projection: Projection, { partition, records }: Batch): void {
    for (const { seq, events } of records) {
      for (const [index, event] of events.entries()) {
        try {
          projection.take(event, { partition, seq, index });
        } catch (error) {
          const position = `${partition}.${seq}.${index}`;
          this.#log.error(
            { event: 'archive.event-skipped', position, type: event.type, err: error },
            'event not projected',
          );
        }
      }
    }
  }
}
