/** What each namespace uses of its NamespaceLimits, and the storm that it is in for what was beyond. */

import type { LimitUseRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, tenantsIn, text, time } from './query.ts';

const MINUTE = 60_000;

/** `now`, as the asker has it: a minute ends without an event. */
export const limitsQuery: ArchiveQuery = async (db, params) => {
  const now = Number(params.now);
  let query = db.selectFrom('limit_use').selectAll();
  for (const column of ['tenant', 'namespace'] as const) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value);
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'first_at', 'key', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('first_at', 'desc')
    .orderBy('key', 'desc')
    .limit(limit + 1)
    .execute();
  const storms = await db
    .selectFrom('incidents')
    .select(['id', 'tenant', 'rule', 'grouped_by'])
    .where('kind', '=', 'storm')
    .where('closed_at', 'is', null)
    .execute();
  const open = new Map(storms.map(({ id, tenant, rule, grouped_by }) => [`${tenant} ${rule} ${grouped_by}`, id]));
  const page = pageOf(
    rows,
    limit,
    (row) => ({ at: row.first_at, key: row.key }),
    (row) => {
      const storm = open.get(`${row.tenant} ${row.rule} ${JSON.stringify({ namespace: row.namespace })}`) ?? null;
      return { ...answer(row, now), storm };
    },
  );
  return { limits: page.items, next: page.next };
};

function answer(row: LimitUseRow, now: number) {
  const { tenant, rule, namespace, minute, used, peak, peak_minute, total, first_at, updated_at } = row;
  return {
    tenant,
    rule,
    namespace,
    used: minute === Math.floor(now / MINUTE) * MINUTE ? used : 0,
    peak,
    peakMinute: time(peak_minute),
    total,
    since: time(first_at),
    lastAt: time(updated_at),
  };
}
