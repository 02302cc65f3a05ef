/** How far each journal is projected and published: journals may be purged behind both, and status shows them. */

import type { ArchiveQuery } from './query.ts';

export interface CursorsAnswer {
  readonly [partition: string]: {
    readonly projected: number;
    readonly published: number;
    /** When the last projected commit was decided. Unix time in milliseconds. */
    readonly at: number;
  };
}

export const cursorsQuery: ArchiveQuery = async (db): Promise<CursorsAnswer> => {
  const rows = await db.selectFrom('cursors').selectAll().orderBy('partition').execute();
  return Object.fromEntries(
    rows.map(({ partition, seq, published, at }) => [partition, { projected: seq, published, at }]),
  );
};
