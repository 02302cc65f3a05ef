/** One alert: who was told of it and who was not, every step that led there, its history newest first, and its ledger. */

import { alertKey } from '../../alert/alert.ts';
import type { HistoryRow, HoldRow } from '../schema.ts';
import { alertAnswer } from './alerts.ts';
import { incidentsOf } from './incidents.ts';
import { ledgerOf } from './ledger.ts';
import { ledgerRows } from './ledger-rows.ts';
import { type ArchiveQuery, QueryRefused, requiredText, time, timeOrNull } from './query.ts';
import { receiversOf } from './receivers.ts';
import { stepsOf } from './steps.ts';

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
  const rows = await ledgerRows(db, row);
  const incidents = await incidentsOf(db, row);
  const answer = alertAnswer(row);
  return {
    ...answer,
    // The same under the word that INTERFACE.md has for it.
    state: answer.status,
    holds: rows.holds.map(holdAnswer),
    history: lines.map(lineAnswer),
    incidents,
    receivers: receiversOf(row, rows),
    steps: stepsOf(row, lines, rows, incidents),
    ledger: ledgerOf(row, rows),
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
