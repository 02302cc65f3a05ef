/** Notes which namespaces nothing was reported of for 30 days. One that returns in between notes it itself: the same line. */

import { sql } from 'kysely';
import type { ArchiveDatabase } from './database.ts';
import { DORMANT_AFTER } from './project/namespace.ts';

/** Resolves with how many fell dormant. `now`: Unix milliseconds. */
export async function noteDormant({ writer }: ArchiveDatabase, now: number): Promise<number> {
  const cutoff = now - DORMANT_AFTER;
  return writer.transaction().execute(async (transaction) => {
    await sql`
      insert into namespace_history (namespace_key, type, at, environment, before, policy, detail)
      select key, 'dormant', last_seen + ${DORMANT_AFTER}, environment, null, policy, ''
      from namespaces where last_seen < ${cutoff} and dormant_at is null
      on conflict (namespace_key, at, type) do nothing`.execute(transaction);
    const { numAffectedRows } = await sql`
      update namespaces set dormant_at = last_seen + ${DORMANT_AFTER}
      where last_seen < ${cutoff} and dormant_at is null`.execute(transaction);
    return Number(numAffectedRows ?? 0);
  });
}
