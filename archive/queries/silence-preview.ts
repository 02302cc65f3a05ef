/**
 * What a silence would do, before it is set: which active alerts it would hold back now, and which notifications of the last
 * days it would have held back. Walks in slices, so that other queries get their turn.
 */

import { setImmediate as breathe } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { type CompiledMatcher, matchesAll } from '../../alert/matcher.ts';
import { readMatcher } from '../../resources/matcher.ts';
import { labelsSeen } from '../project/seen.ts';
import type { AlertRow, Tables } from '../schema.ts';
import { type ArchiveQuery, type Params, QueryRefused, requiredText, time } from './query.ts';

const MOST_SHOWN = 100;
const DAYS = 7;
const SLICE = 500;

const SEEN = ['key', 'tenant', 'fingerprint', 'labels', 'seen', 'environment', 'priority', 'status'] as const;
type Seen = Pick<AlertRow, (typeof SEEN)[number]>;

export const silencePreviewQuery: ArchiveQuery = async (db, params) => {
  const tenant = requiredText(params, 'tenant');
  const matchers = matchersOf(params);
  const since = Number(params.now) - DAYS * 86_400_000;
  const { active, shown } = await activeMatching(db, tenant, matchers);
  const notifications = await heldNotifications(db, tenant, matchers, since);
  return { active, alerts: shown, notifications: { since: time(since), ...notifications } };
};

function matchersOf({ matchers }: Params): CompiledMatcher[] {
  if (!Array.isArray(matchers)) throw new QueryRefused('query.parameter', 'matchers is no list');
  return matchers.map((text) => {
    const matcher = readMatcher(String(text));
    if ('problem' in matcher) throw new QueryRefused('query.parameter', `matcher ${text}: ${matcher.problem}`);
    return matcher;
  });
}

function matches(row: Seen, matchers: readonly CompiledMatcher[]): boolean {
  return matchesAll(matchers, labelsSeen(row));
}

async function activeMatching(db: Kysely<Tables>, tenant: string, matchers: readonly CompiledMatcher[]) {
  const shown: object[] = [];
  let active = 0;
  let from = '';
  while (true) {
    const rows = await db
      .selectFrom('alerts')
      .select(SEEN)
      .where('key', '>', from === '' ? `${tenant}/` : from)
      .where('tenant', '=', tenant)
      .where('status', 'in', ['firing', 'acknowledged'])
      .orderBy('key')
      .limit(SLICE)
      .execute();
    for (const row of rows) {
      if (!matches(row, matchers)) continue;
      active++;
      if (shown.length < MOST_SHOWN) shown.push(shownAlert(row));
    }
    if (rows.length < SLICE) return { active, shown };
    from = rows.at(-1)!.key;
    await breathe();
  }
}

function shownAlert({ fingerprint, status, environment, priority, labels }: Seen) {
  return { fingerprint, status, environment, priority, labels: JSON.parse(labels) as unknown };
}

/** `held`: nothing would have been left to tell. `smaller`: they would have told of fewer alerts. */
async function heldNotifications(
  db: Kysely<Tables>,
  tenant: string,
  matchers: readonly CompiledMatcher[],
  since: number,
): Promise<{ readonly all: number; readonly held: number; readonly smaller: number }> {
  const known = new Map<string, boolean>();
  const count = { all: 0, held: 0, smaller: 0 };
  let from = { at: since, id: '' };
  while (true) {
    const rows = await db
      .selectFrom('deliveries')
      .select(['notification_id', 'created_at', 'tenant', 'status', 'alerts', 'fingerprints'])
      .where((eb) =>
        eb.or([
          eb('created_at', '>', from.at),
          eb.and([eb('created_at', '=', from.at), eb('notification_id', '>', from.id)]),
        ]),
      )
      .orderBy('created_at')
      .orderBy('notification_id')
      .limit(SLICE)
      .execute();
    // That an alert ended is told through every silence to whoever was told that it fires.
    const firing = rows.filter((row) => row.tenant === tenant && row.status === 'firing');
    await learn(db, tenant, matchers, firing, known);
    for (const { alerts, fingerprints } of firing) {
      const named = JSON.parse(fingerprints) as string[];
      const matching = named.filter((fingerprint) => known.get(fingerprint) === true).length;
      count.all++;
      // One that told of more alerts than are named counts as a smaller one: it is not known of the rest.
      if (matching > 0 && matching === alerts) count.held++;
      else if (matching > 0) count.smaller++;
    }
    if (rows.length < SLICE) return count;
    const last = rows.at(-1)!;
    from = { at: last.created_at, id: last.notification_id };
    await breathe();
  }
}

async function learn(
  db: Kysely<Tables>,
  tenant: string,
  matchers: readonly CompiledMatcher[],
  rows: readonly { readonly fingerprints: string }[],
  known: Map<string, boolean>,
): Promise<void> {
  const named = rows.flatMap(({ fingerprints }) => JSON.parse(fingerprints) as string[]);
  const unknown = [...new Set(named)].filter((fingerprint) => !known.has(fingerprint));
  for (let i = 0; i < unknown.length; i += SLICE) {
    const keys = unknown.slice(i, i + SLICE).map((fingerprint) => `${tenant}/${fingerprint}`);
    const found = await db.selectFrom('alerts').select(SEEN).where('key', 'in', keys).execute();
    for (const row of found) known.set(row.fingerprint, matches(row, matchers));
  }
}
