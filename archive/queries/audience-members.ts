/** Whom of an audience a notification has come to, in the order of their places, which is the one in which they are told. */

import { memberId } from '../../alert/audience.ts';
import type { AudienceMemberRow } from '../schema.ts';
import { deliveryRow } from './delivery.ts';
import { limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, text, time, timeOrNull } from './query.ts';

export const audienceMembersQuery: ArchiveQuery = async (db, params) => {
  const whole = (await deliveryRow(db, params)).notification_id;
  const place = placeOf(params);
  const limit = limitOf(params);
  // Members lie side by side: their ids are that of the whole, a mark, and sixteen hex digits.
  const before = memberId(whole, '').slice(0, -DIGITS);
  let query = db
    .selectFrom('audience_members')
    .selectAll()
    .where('notification_id', '>', place?.key ?? before)
    .where('notification_id', '<', `${before}g`);
  const state = text(params, 'state');
  if (state !== null) query = query.where('state', '=', state as AudienceMemberRow['state']);
  const rows = await query
    .orderBy('notification_id')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.updated_at, key: row.notification_id }), memberAnswer);
  return { members: page.items, next: page.next };
};

const DIGITS = 16;

function memberAnswer(row: AudienceMemberRow) {
  return {
    notificationId: row.notification_id,
    recipient: row.recipient,
    state: row.state,
    attempts: row.attempts,
    notBefore: timeOrNull(row.not_before),
    deadLetterId: row.dead_letter_id,
    updatedAt: time(row.updated_at),
    reasons: JSON.parse(row.reasons) as unknown,
  };
}
