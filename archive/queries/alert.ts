/** One alert with its history, newest first, and its ledger. */

import { alertKey } from '../../alert/alert.ts';
import { holdKey } from '../project/holds.ts';
import type { HistoryRow, HoldRow } from '../schema.ts';
import { alertAnswer } from './alerts.ts';
import { incidentsOf } from './incidents.ts';
import { ledgerOf } from './ledger.ts';
import { type ArchiveQuery, QueryRefused, requiredText, time, timeOrNull } from './query.ts';

const MOST_LINES = 200;

export const alertQuery: ArchiveQuery = async (db, params) => {
  const key = alertKey(requiredText(params, 'tenant'), requiredText(params, 'fingerprint'));
  const row = await db.selectFrom('alerts').selectAll().where('key', '=', key).executeTakeFirst();
  if (row === undefined) throw new QueryRefused('query.not-found', `no alert ${key} is known`);
  const lines = await db
    .selectFrom('alert_history')
    .selectAll()
    .where('alert_key', '=', key)
    .orderBy('seq', 'desc')
    .orderBy('idx', 'desc')
    .limit(MOST_LINES)
    .execute();
  const holds = await db
    .selectFrom('holds')
    .selectAll()
    .where(
      'key',
      'in',
      (JSON.parse(row.groups) as string[]).map((group) => holdKey(group, row.fingerprint)),
    )
    .execute();
  return {
    ...alertAnswer(row),
    holds: holds.map(holdAnswer),
    history: lines.map(lineAnswer),
    incidents: await incidentsOf(db, row),
    ledger: await ledgerOf(db, row),
  };
};

/** In which of its groups it is, or was last, held back. */
function holdAnswer(row: HoldRow) {
  const { group_id: group, code, detail } = row;
  return { group, since: time(row.since), until: timeOrNull(row.until), reason: { code, detail } };
}

function lineAnswer(row: HistoryRow) {
  return {
    at: time(row.at),
    type: row.type,
    since: time(row.since),
    times: row.count,
    detail: row.detail,
    reasons: JSON.parse(row.reasons) as unknown,
  };
}
