/** How every channel stands that ever said anything of itself. */

import { type ArchiveQuery, time, timeOrNull } from './query.ts';

export const channelStandingsQuery: ArchiveQuery = async (db) => {
  const rows = await db.selectFrom('channel_standings').selectAll().orderBy('key').execute();
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
    })),
  };
};
