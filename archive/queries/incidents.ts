/** Incidents and storms, the last opened first, and one of them with its alerts. */

import type { Kysely } from 'kysely';
import type { AlertRow, IncidentAlertRow, IncidentRow, Tables } from '../schema.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, isSeen, QueryRefused, requiredText, tenantsIn, text, time, timeOrNull } from './query.ts';

const MOST_ALERTS = 500;
/** Of which an alert was part, newest first. */
const MOST_INCIDENTS = 20;

export const incidentsQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('incidents').selectAll();
  for (const column of ['tenant', 'rule', 'kind'] as const) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value as never);
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const state = text(params, 'state');
  if (state !== null) query = query.where('closed_at', state === 'open' ? 'is' : 'is not', null);
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'opened_at', 'id', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.opened_at, key: row.id }), incidentAnswer);
  return { incidents: page.items, next: page.next };
};

export const incidentQuery: ArchiveQuery = async (db, params) => {
  const id = requiredText(params, 'id');
  const row = await db.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined || !isSeen(params, row))
    throw new QueryRefused('query.not-found', `no incident ${id} is known`);
  const alerts = await db
    .selectFrom('incident_alerts')
    .selectAll()
    .where('incident_id', '=', id)
    .orderBy('at')
    .orderBy('fingerprint')
    .limit(MOST_ALERTS)
    .execute();
  return {
    ...incidentAnswer(row),
    members: alerts.map(({ fingerprint, ...rest }) => ({ fingerprint, ...memberAnswer(rest) })),
  };
};

/** For the alert's ledger: part of which incidents it is or was, and because of what. */
export async function incidentsOf(db: Kysely<Tables>, { tenant, fingerprint }: AlertRow) {
  const rows = await db
    .selectFrom('incident_alerts')
    .innerJoin('incidents', 'incidents.id', 'incident_alerts.incident_id')
    .selectAll('incidents')
    .select(['incident_alerts.at as at', 'incident_alerts.because as because'])
    .where('incident_alerts.tenant', '=', tenant)
    .where('incident_alerts.fingerprint', '=', fingerprint)
    .orderBy('incidents.opened_at', 'desc')
    .limit(MOST_INCIDENTS)
    .execute();
  return rows.map(({ id, kind, rule, action, parent, closed_at, ...joined }) => {
    const state = closed_at === null ? 'open' : 'closed';
    return { id, kind, rule, action, state, parent, ...memberAnswer(joined) };
  });
}

function memberAnswer({ at, because }: Pick<IncidentAlertRow, 'at' | 'because'>) {
  return { joinedAt: time(at), because: JSON.parse(because) as unknown };
}

function incidentAnswer(row: IncidentRow) {
  return {
    id: row.id,
    tenant: row.tenant,
    kind: row.kind,
    rule: row.rule,
    action: row.action,
    state: row.closed_at === null ? 'open' : 'closed',
    groupedBy: JSON.parse(row.grouped_by) as unknown,
    parent: row.parent,
    alerts: row.alerts,
    openedAt: time(row.opened_at),
    updatedAt: time(row.updated_at),
    closedAt: timeOrNull(row.closed_at),
    evidence: JSON.parse(row.evidence) as unknown,
    breakdown: row.breakdown === null ? null : (JSON.parse(row.breakdown) as unknown),
    reasons: JSON.parse(row.reasons) as unknown,
  };
}
