/**
 * Why was somebody, or was somebody not, told of this alert: for each of its groups and each channel of the group, what the
 * flushes decided and what came of the deliveries. Newest first.
 */

import type { Kysely } from 'kysely';
import type { AlertRow, DecisionRow, DeliveryHistoryRow, DeliveryRow, GroupRow, Tables } from '../schema.ts';
import { time, timeOrNull } from './query.ts';

/** Lines per alert; an alert that fires for months has more than anybody reads. */
const MOST_DECISIONS = 200;
const MOST_DELIVERIES = 50;
const MOST_ATTEMPTS = 500;

export async function ledgerOf(db: Kysely<Tables>, alert: AlertRow) {
  const ids = JSON.parse(alert.groups) as string[];
  const groups = await groupsOf(db, ids);
  const decisions = await decisionsSince(db, ids, alert.opened_at);
  const deliveries = await deliveriesOf(db, alert);
  const attempts = await attemptsOf(
    db,
    deliveries.map(({ notification_id }) => notification_id),
  );
  return groups.flatMap((group) =>
    channelsOf(group, decisions, deliveries).map((channel) => {
      const told = deliveries.filter((row) => row.group_id === group.id && row.channel === channel);
      const decided = decisions.filter((row) => row.group_id === group.id && row.channel === channel);
      return {
        group: { id: group.id, key: group.group_key, labels: JSON.parse(group.labels) as unknown },
        channel,
        notified: told.some(({ state }) => state === 'delivered'),
        nextFlush: timeOrNull(group.next_flush),
        decisions: decided.map((row) => decisionAnswer(row, alert.fingerprint)),
        deliveries: told.map((row) => ({
          ...deliveryAnswer(row),
          history: attempts.filter((line) => line.notification_id === row.notification_id).map(attemptAnswer),
        })),
      };
    }),
  );
}

/** Those of the route as it is, and any that were told under an earlier one. */
function channelsOf(group: GroupRow, decisions: readonly DecisionRow[], deliveries: readonly DeliveryRow[]): string[] {
  const of = [...decisions, ...deliveries].filter(({ group_id }) => group_id === group.id);
  return [...new Set([...(JSON.parse(group.channels) as string[]), ...of.map(({ channel }) => channel)])];
}

async function groupsOf(db: Kysely<Tables>, ids: readonly string[]): Promise<GroupRow[]> {
  return ids.length === 0 ? [] : db.selectFrom('groups').selectAll().where('id', 'in', ids).orderBy('id').execute();
}

/** Of the present episode: what was decided before it opened was about others. */
async function decisionsSince(db: Kysely<Tables>, ids: readonly string[], since: number): Promise<DecisionRow[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('group_decisions')
    .selectAll()
    .where('group_id', 'in', ids)
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(MOST_DECISIONS)
    .execute();
}

async function deliveriesOf(db: Kysely<Tables>, { tenant, fingerprint }: AlertRow): Promise<DeliveryRow[]> {
  return db
    .selectFrom('deliveries')
    .selectAll('deliveries')
    .innerJoin('delivery_alerts', 'delivery_alerts.notification_id', 'deliveries.notification_id')
    .where('delivery_alerts.tenant', '=', tenant)
    .where('delivery_alerts.fingerprint', '=', fingerprint)
    .orderBy('deliveries.created_at', 'desc')
    .limit(MOST_DELIVERIES)
    .execute();
}

async function attemptsOf(db: Kysely<Tables>, ids: readonly string[]): Promise<DeliveryHistoryRow[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('delivery_history')
    .selectAll()
    .where('notification_id', 'in', ids)
    .orderBy('seq')
    .orderBy('idx')
    .limit(MOST_ATTEMPTS)
    .execute();
}

interface HeldLine {
  readonly fingerprint: string;
  readonly reason: unknown;
}

/** `held`: why the channel was not told of this alert, where that is so and it stands among those that are named. */
function decisionAnswer(row: DecisionRow, fingerprint: string) {
  const held = (JSON.parse(row.held) as HeldLine[]).find((line) => line.fingerprint === fingerprint);
  return {
    at: time(row.at),
    since: time(row.since),
    times: row.count,
    notificationId: row.notification_id,
    held: held?.reason ?? null,
    heldCount: row.held_count,
    reasons: JSON.parse(row.reasons) as unknown,
  };
}

function attemptAnswer(row: DeliveryHistoryRow) {
  return { at: time(row.at), type: row.type, attempt: row.attempt, reasons: JSON.parse(row.reasons) as unknown };
}

/** A delivery as answers show it. */
export function deliveryAnswer(row: DeliveryRow) {
  return {
    notificationId: row.notification_id,
    tenant: row.tenant,
    channel: row.channel,
    groupId: row.group_id,
    groupKey: row.group_key,
    status: row.status,
    environment: row.environment,
    priority: row.priority,
    state: row.state,
    attempts: row.attempts,
    notBefore: timeOrNull(row.not_before),
    deadLetterId: row.dead_letter_id,
    createdAt: time(row.created_at),
    updatedAt: time(row.updated_at),
    alerts: row.alerts,
    fingerprints: JSON.parse(row.fingerprints) as unknown,
    reasons: JSON.parse(row.reasons) as unknown,
  };
}
