/** One alert with its history, newest first, and its ledger. */

import { alertKey } from '../../alert/alert.ts';
import type { HistoryRow } from '../schema.ts';
import { alertAnswer } from './alerts.ts';
import { ledgerOf } from './ledger.ts';
import { type ArchiveQuery, QueryRefused, requiredText, time } from './query.ts';

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
  return { ...alertAnswer(row), history: lines.map(lineAnswer), ledger: await ledgerOf(db, row) };
};

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
