/** One delivery with its history, and what it said, whole. */

import type { Kysely } from 'kysely';
import { wholeOf } from '../../alert/audience.ts';
import type { DeliveryRow, Tables } from '../schema.ts';
import { attemptAnswer, deliveryAnswer } from './ledger.ts';
import { type ArchiveQuery, isSeen, type Params, QueryRefused, requiredText } from './query.ts';

const MOST_LINES = 500;

export const deliveryQuery: ArchiveQuery = async (db, params) => {
  const member = await memberOf(db, params);
  if (member !== null) return { ...deliveryAnswer(member), history: [] };
  const row = await deliveryRow(db, params);
  const lines = await db
    .selectFrom('delivery_history')
    .selectAll()
    .where('notification_id', '=', row.notification_id)
    .orderBy('seq')
    .orderBy('idx')
    .limit(MOST_LINES)
    .execute();
  return { ...deliveryAnswer(row), history: lines.map(attemptAnswer) };
};

/** One of an audience is what the notification for all is, but for what came of it. */
async function memberOf(db: Kysely<Tables>, params: Params): Promise<DeliveryRow | null> {
  const id = requiredText(params, 'id');
  const wholeId = wholeOf(id);
  if (wholeId === null) return null;
  const member = await db
    .selectFrom('audience_members')
    .selectAll()
    .where('notification_id', '=', id)
    .executeTakeFirst();
  return member === undefined
    ? null
    : { ...(await deliveryRow(db, { ...params, id: wholeId })), ...member, audience: null };
}

/** What is sent again. */
export const deliveryContentQuery: ArchiveQuery = async (db, params) => {
  const { notification_id, state } = await deliveryRow(db, params);
  const content = await db
    .selectFrom('delivery_contents')
    .select('content')
    .where('notification_id', '=', notification_id)
    .executeTakeFirst();
  return { state, notification: content === undefined ? null : (JSON.parse(content.content) as unknown) };
};

/** Throws QueryRefused where it is not known, or of a tenant that is not seen. */
export async function deliveryRow(db: Kysely<Tables>, params: Params): Promise<DeliveryRow> {
  const id = requiredText(params, 'id');
  const row = await db.selectFrom('deliveries').selectAll().where('notification_id', '=', id).executeTakeFirst();
  if (row === undefined || !isSeen(params, row)) throw new QueryRefused('query.not-found', `no delivery ${id}`);
  return row;
}
