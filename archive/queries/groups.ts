/** The groups that live, the newest first, and what their last flush decided for each channel. */

import { readLineName } from '../../alert/line-name.ts';
import { standingOf } from '../project/escalation.ts';
import { lastDecisions } from '../project/group.ts';
import type { GroupRow } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, tenantsIn, text, time, timeOrNull } from './query.ts';

export const groupsQuery: ArchiveQuery = async (db, params) => {
  let query = db
    .selectFrom('groups')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('group_members')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('group_members.group_id', '=', 'groups.id')
        .as('members'),
    )
    .where('ended_at', 'is', null);
  const tenant = text(params, 'tenant');
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'created_at', 'id', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.created_at, key: row.id }), groupAnswer);
  return { groups: page.items, next: page.next };
};

/** `next.at` is null while the clock does not run: what is left of the time counts once it does. */
function escalationAnswer({ escalation }: GroupRow) {
  const standing = standingOf(escalation);
  if (standing === null) return null;
  const { policy, clock, since, unacknowledged, channels, next, reasons } = standing;
  return {
    policy,
    clock,
    since: time(since),
    unacknowledgedSeconds: Math.round(unacknowledged / 1000),
    channels,
    next: next === null ? null : { ...next, at: timeOrNull(next.at) },
    reasons,
  };
}

function groupAnswer(row: GroupRow & { members: number | null }) {
  return {
    id: row.id,
    tenant: row.tenant,
    key: row.group_key,
    labels: JSON.parse(row.labels) as unknown,
    channels: JSON.parse(row.channels) as unknown,
    alerts: row.members ?? 0,
    createdAt: time(row.created_at),
    nextFlush: timeOrNull(row.next_flush),
    lastFlush: timeOrNull(row.last_flush),
    escalation: escalationAnswer(row),
    decisions: lastDecisions(row).map(({ channel, at, since, count, notificationId, reasons }) => ({
      ...readLineName(channel),
      at: time(at),
      since: time(since),
      times: count,
      notificationId,
      reasons,
    })),
  };
}
