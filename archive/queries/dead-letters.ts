/** Dead letters, the newest first or, to put them in again, the oldest, without what is in them; and one of them, complete. */

import { sql } from 'kysely';
import type { DeadLetterRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, isSeen, QueryRefused, requiredText, tenantsIn, text, time, timeOrNull } from './query.ts';

const LISTED = ['id', 'kind', 'tenant', 'subject', 'at', 'state', 'replayed_at', 'replayed_by', 'reasons'] as const;
const EXACT = ['kind', 'state', 'tenant'] as const;
/** Unix ms. */
const BOUNDS = [
  ['since', '>='],
  ['until', '<'],
] as const;

export const deadLettersQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('dead_letters').select(LISTED);
  for (const column of EXACT) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value as never);
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const channel = text(params, 'channel');
  // Of a delivery the subject is TENANT/CHANNEL; neither name has a slash.
  if (channel !== null)
    query = query.where('kind', '=', 'delivery').where(sql<boolean>`subject = tenant || '/' || ${channel}`);
  const code = text(params, 'reason');
  // As JSON.stringify writes it.
  if (code !== null) query = query.where('reasons', 'like', `%"code":${JSON.stringify(code)}%`);
  for (const [name, operator] of BOUNDS) {
    const at = params[name];
    if (typeof at === 'number') query = query.where('at', operator, at);
  }
  const place = placeOf(params);
  const oldestFirst = text(params, 'order') === 'oldest';
  if (place !== null) query = query.where((eb) => behind(eb, 'at', 'id', place, oldestFirst ? '>' : '<'));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('at', oldestFirst ? 'asc' : 'desc')
    .orderBy('id', oldestFirst ? 'asc' : 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.at, key: row.id }), letterAnswer);
  return { deadLetters: page.items, next: page.next };
};

export const deadLetterQuery: ArchiveQuery = async (db, params) => {
  const id = requiredText(params, 'id');
  const row = await db.selectFrom('dead_letters').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined || !isSeen(params, row))
    throw new QueryRefused('query.not-found', `no dead letter ${id} is known`);
  return { ...letterAnswer(row), entry: JSON.parse(row.entry) as unknown };
};

function letterAnswer(row: Omit<DeadLetterRow, 'entry'>) {
  return {
    id: row.id,
    kind: row.kind,
    tenant: row.tenant,
    subject: row.subject,
    at: time(row.at),
    state: row.state,
    replayed: row.replayed_at === null ? null : { at: timeOrNull(row.replayed_at), by: row.replayed_by },
    reasons: JSON.parse(row.reasons) as unknown,
  };
}
