/** What the archive has of one alert's groups and of who was told of it: the rows that its ledger is made of. */

import type { Kysely } from 'kysely';
import { holdKey } from '../project/holds.ts';
import type {
  AlertRow,
  DecisionRow,
  DeliveryHistoryRow,
  DeliveryRow,
  GroupHistoryRow,
  GroupMemberRow,
  GroupRow,
  HoldRow,
  Tables,
} from '../schema.ts';

/** Lines per alert; an alert that fires for months has more than anybody reads. */
const MOST_DECISIONS = 200;
const MOST_DELIVERIES = 50;
const MOST_ATTEMPTS = 500;
const MOST_EVENTS = 100;

/** A delivery that told of the alert, and what it said of it. */
export type Telling = DeliveryRow & {
  /** firing or resolved. */
  readonly said: string;
};

/** Decisions, deliveries and events are the newest ones, newest first; attempts in their order. */
export interface LedgerRows {
  readonly groups: readonly GroupRow[];
  /** Where it is in a group now. */
  readonly members: readonly GroupMemberRow[];
  readonly holds: readonly HoldRow[];
  readonly decisions: readonly DecisionRow[];
  readonly deliveries: readonly Telling[];
  readonly attempts: readonly DeliveryHistoryRow[];
  /** Of its groups. */
  readonly events: readonly GroupHistoryRow[];
  /** Notifications of these decisions that their channels have taken on, and whether they list all that they are about. */
  readonly taken: ReadonlyMap<string, 'whole' | 'cut'>;
}

export async function ledgerRows(db: Kysely<Tables>, alert: AlertRow): Promise<LedgerRows> {
  const ids = JSON.parse(alert.groups) as string[];
  const deliveries = await deliveriesOf(db, alert);
  const attempts = await attemptsOf(
    db,
    deliveries.map(({ notification_id }) => notification_id),
  );
  const nothing = { groups: [], members: [], holds: [], decisions: [], events: [], taken: new Map() };
  if (ids.length === 0) return { ...nothing, deliveries, attempts };
  const decisions = await sinceOpened(db, 'group_decisions', ids, alert, MOST_DECISIONS);
  const keys = ids.map((group) => holdKey(group, alert.fingerprint));
  return {
    groups: await db.selectFrom('groups').selectAll().where('id', 'in', ids).orderBy('id').execute(),
    members: await db
      .selectFrom('group_members')
      .selectAll()
      .where('group_id', 'in', ids)
      .where('fingerprint', '=', alert.fingerprint)
      .execute(),
    holds: await db.selectFrom('holds').selectAll().where('key', 'in', keys).execute(),
    decisions,
    deliveries,
    attempts,
    events: await sinceOpened(db, 'group_history', ids, alert, MOST_EVENTS),
    taken: await takenOf(
      db,
      decisions.flatMap(({ notification_id }) => notification_id ?? []),
    ),
  };
}

/** Of the present episode: what was decided before it opened was about others. */
async function sinceOpened<Name extends 'group_decisions' | 'group_history'>(
  db: Kysely<Tables>,
  table: Name,
  ids: readonly string[],
  { opened_at }: AlertRow,
  most: number,
): Promise<Tables[Name][]> {
  const rows = await db
    .selectFrom(table as 'group_decisions')
    .selectAll()
    .where('group_id', 'in', ids)
    .where('at', '>=', opened_at)
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(most)
    .execute();
  return rows as Tables[Name][];
}

async function deliveriesOf(db: Kysely<Tables>, { tenant, fingerprint }: AlertRow): Promise<Telling[]> {
  return db
    .selectFrom('deliveries')
    .innerJoin('delivery_alerts', 'delivery_alerts.notification_id', 'deliveries.notification_id')
    .selectAll('deliveries')
    .select('delivery_alerts.status as said')
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

async function takenOf(db: Kysely<Tables>, ids: readonly string[]): Promise<LedgerRows['taken']> {
  if (ids.length === 0) return new Map();
  const known = await db
    .selectFrom('deliveries')
    .select(['notification_id', 'alerts', 'fingerprints'])
    .where('notification_id', 'in', ids)
    .execute();
  return new Map(
    known.map(({ notification_id, alerts, fingerprints }) => {
      return [notification_id, alerts > (JSON.parse(fingerprints) as string[]).length ? 'cut' : 'whole'];
    }),
  );
}
