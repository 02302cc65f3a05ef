/** How every channel stands that ever said anything of itself, and of those that fail who waits for them. */

import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.ts';
import { type ArchiveQuery, time, timeOrNull } from './query.ts';

export const channelStandingsQuery: ArchiveQuery = async (db) => {
  const rows = await db.selectFrom('channel_standings').selectAll().orderBy('key').execute();
  const since = rows.flatMap(({ failing_since }) => failing_since ?? []);
  const waiting = since.length === 0 ? new Map<string, Waiting>() : await waitingOf(db);
  const deliveredAt = since.length === 0 ? new Map<string, number>() : await deliveredSince(db, Math.min(...since));
  return {
    standings: rows.map((row) => ({
      tenant: row.tenant,
      channel: row.channel,
      breaker: {
        state: row.breaker,
        since: timeOrNull(row.breaker_since),
        until: timeOrNull(row.breaker_until),
        reasons: JSON.parse(row.breaker_reasons) as unknown,
      },
      health:
        row.probe === null ? null : { state: row.probe, at: time(row.probed_at ?? 0), detail: row.probe_detail ?? '' },
      failing:
        row.failure === null
          ? null
          : {
              ...(JSON.parse(row.failure) as object),
              since: row.failing_since ?? 0,
              ...(waiting.get(row.key) ?? { waiting: 0, urgent: 0 }),
            },
    })),
    /** By tenant/channel, also of those that say nothing of themselves: when the newest was made that it delivered while others fail. */
    deliveredAt: Object.fromEntries(deliveredAt),
  };
};

interface Waiting {
  readonly waiting: number;
  readonly urgent: number;
}

async function waitingOf(db: Kysely<Tables>): Promise<Map<string, Waiting>> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['tenant', 'channel'])
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .select(sql<number>`sum(case when priority = 'P1' and status = 'firing' then 1 else 0 end)`.as('urgent'))
    .where('state', 'in', ['queued', 'attempting', 'uncertain'])
    .groupBy(['tenant', 'channel'])
    .execute();
  return new Map(
    rows.map(({ tenant, channel, waiting, urgent }) => [
      `${tenant}/${channel}`,
      { waiting: Number(waiting), urgent: Number(urgent) },
    ]),
  );
}

/** Of those that were made since then: when the newest was. */
async function deliveredSince(db: Kysely<Tables>, since: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['tenant', 'channel'])
    .select(({ fn }) => fn.max('created_at').as('at'))
    .where('state', '=', 'delivered')
    .where('created_at', '>=', since)
    .groupBy(['tenant', 'channel'])
    .execute();
  return new Map(rows.map(({ tenant, channel, at }) => [`${tenant}/${channel}`, Number(at)]));
}
