/** Silences that people set, the newest first, and one of them with how much it has held back, as any other has. */

import type { SilenceRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import {
  type ArchiveQuery,
  isSeen,
  type Params,
  QueryRefused,
  requiredText,
  tenantsIn,
  text,
  time,
  timeOrNull,
} from './query.ts';

export type SilenceState = 'pending' | 'active' | 'expired';

/** `now`, as the asker has it: a silence begins and ends without an event. */
export const silencesQuery: ArchiveQuery = async (db, params) => {
  const now = Number(params.now);
  let query = db.selectFrom('silences').selectAll();
  const tenant = text(params, 'tenant');
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const state = text(params, 'state');
  if (state === 'pending') query = query.where('ended_at', 'is', null).where('starts_at', '>', now);
  if (state === 'active') {
    query = query.where('ended_at', 'is', null).where('starts_at', '<=', now).where('ends_at', '>', now);
  }
  if (state === 'expired')
    query = query.where((eb) => eb.or([eb('ended_at', 'is not', null), eb('ends_at', '<=', now)]));
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'created_at', 'id', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const placeOfRow = (row: SilenceRow) => ({ at: row.created_at, key: row.id });
  const page = pageOf(rows, limit, placeOfRow, (row) => silenceAnswer(row, now));
  return { silences: page.items, next: page.next };
};

export const silenceQuery: ArchiveQuery = async (db, params) => {
  const id = requiredText(params, 'id');
  const row = await db.selectFrom('silences').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined || !isSeen(params, row)) throw new QueryRefused('query.not-found', `no silence ${id} is known`);
  return { ...silenceAnswer(row, Number(params.now)), held: await heldBy(db, id, params) };
};

/** Of any silence, a declared one too, which the archive has no row of. */
export const silenceHeldQuery: ArchiveQuery = async (db, params) => heldBy(db, requiredText(params, 'id'), params);

async function heldBy(db: Parameters<ArchiveQuery>[0], id: string, params: Params) {
  // What a hold says of its silence begins with the id (alert/silence.ts).
  let query = db
    .selectFrom('holds')
    .select(({ fn }) => [fn.countAll<number>().as('all'), fn.count<number>('until').as('over')])
    .where('code', '=', 'hold.silence')
    .where('detail', '>=', `${id} `)
    .where('detail', '<', `${id}!`);
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const held = await query.executeTakeFirstOrThrow();
  return { now: held.all - held.over, ended: held.over };
}

function silenceAnswer(row: SilenceRow, now: number) {
  return {
    id: row.id,
    tenant: row.tenant,
    state: stateOf(row, now),
    declared: false,
    matchers: JSON.parse(row.matchers) as unknown,
    startsAt: time(row.starts_at),
    endsAt: time(row.ends_at),
    createdBy: row.created_by,
    comment: row.comment,
    broad: row.broad === 1,
    createdAt: time(row.created_at),
    updatedAt: time(row.updated_at),
    endedEarly: row.ended_at === null ? null : { at: timeOrNull(row.ended_at), by: row.ended_by },
  };
}

function stateOf({ starts_at, ends_at, ended_at }: SilenceRow, now: number): SilenceState {
  if (ended_at !== null || ends_at <= now) return 'expired';
  return starts_at > now ? 'pending' : 'active';
}
