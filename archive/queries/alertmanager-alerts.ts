/**
 * The alerts of a tenant that fire, by fingerprint, with what Alertmanager's API tells of each (api/alertmanager/): their groups and
 * what holds them back. A page at a time; those that the matchers leave out are passed over here, so that they do not travel.
 */

import type { Kysely } from 'kysely';
import { type CompiledMatcher, matchesAll } from '../../alert/matcher.ts';
import { readMatcher } from '../../resources/matcher.ts';
import { holdKey } from '../project/holds.ts';
import { labelsSeen } from '../project/seen.ts';
import type { AlertRow, HoldRow, Tables } from '../schema.ts';
import { type ArchiveQuery, type Params, QueryRefused, requiredText, text } from './query.ts';

/** Rows that are looked at for one answer. */
const SLICE = 500;
const FIRING = ['firing', 'acknowledged'] as const;
/** What the ledger of an inhibited alert says: `by alert <fingerprint> (<rule>)`. */
const INHIBITOR = /^by alert ([0-9a-f]{16})/;

export interface ActiveAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What matchers see besides or instead of the labels; an empty text where they do not see one. */
  readonly seen: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL: string;
  /** Unix time in milliseconds, as all times here. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly lastSeen: number;
  readonly snoozedUntil: number | null;
  /** Ids of those that still live. */
  readonly groups: readonly string[];
  /** Fingerprints of alerts that fire and inhibit it. */
  readonly inhibitedBy: readonly string[];
  /** Codes of what else holds it back, silences left out. */
  readonly heldBy: readonly string[];
}

export interface ActiveAlerts {
  readonly alerts: readonly ActiveAlert[];
  readonly groups: Readonly<Record<string, { readonly labels: unknown; readonly channels: readonly string[] }>>;
  /** For `after` of the next page; null on the last. */
  readonly next: string | null;
}

export const alertmanagerAlertsQuery: ArchiveQuery = async (db, params): Promise<ActiveAlerts> => {
  const tenant = requiredText(params, 'tenant');
  const matchers = matchersOf(params);
  const rows = await db
    .selectFrom('alerts')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('key', '>', `${tenant}/${text(params, 'after') ?? ''}`)
    .where('status', 'in', FIRING)
    .orderBy('key')
    .limit(SLICE)
    .execute();
  const found = rows.flatMap((row) => {
    const seen = labelsSeen(row);
    return matchesAll(matchers, seen) ? [{ row, seen }] : [];
  });
  const groups = await livingGroups(db, new Set(found.flatMap(({ row }) => groupsOf(row))));
  const holds = await holdsOf(
    db,
    tenant,
    found.flatMap(({ row }) => groupsOf(row).map((id) => holdKey(id, row.fingerprint))),
  );
  const alerts = found.map(({ row, seen }) =>
    answerOf(
      row,
      seen,
      groupsOf(row).filter((id) => Object.hasOwn(groups, id)),
      holds.get(row.fingerprint),
    ),
  );
  return { alerts, groups, next: rows.length < SLICE ? null : rows.at(-1)!.fingerprint };
};

function matchersOf({ matchers }: Params): CompiledMatcher[] {
  if (!Array.isArray(matchers)) return [];
  return matchers.map((one) => {
    const matcher = readMatcher(String(one));
    if ('problem' in matcher) throw new QueryRefused('query.parameter', `matcher ${one}: ${matcher.problem}`);
    return matcher;
  });
}

function groupsOf(row: Pick<AlertRow, 'groups'>): readonly string[] {
  return JSON.parse(row.groups) as string[];
}

async function livingGroups(db: Kysely<Tables>, ids: ReadonlySet<string>): Promise<ActiveAlerts['groups']> {
  const groups: Record<string, { labels: unknown; channels: readonly string[] }> = {};
  const all = [...ids];
  for (let i = 0; i < all.length; i += SLICE) {
    const rows = await db
      .selectFrom('groups')
      .select(['id', 'labels', 'channels'])
      .where('id', 'in', all.slice(i, i + SLICE))
      .where('ended_at', 'is', null)
      .execute();
    for (const { id, labels, channels } of rows) {
      groups[id] = { labels: JSON.parse(labels) as unknown, channels: JSON.parse(channels) as string[] };
    }
  }
  return groups;
}

interface Holds {
  readonly inhibitedBy: Set<string>;
  readonly codes: Set<string>;
}

/** An inhibitor that ended holds nothing, though the group has not been looked at since. */
async function holdsOf(db: Kysely<Tables>, tenant: string, keys: readonly string[]) {
  const holds = new Map<string, Holds>();
  const rows: Pick<HoldRow, 'fingerprint' | 'code' | 'detail'>[] = [];
  for (let i = 0; i < keys.length; i += SLICE) {
    const slice = await db
      .selectFrom('holds')
      .select(['fingerprint', 'code', 'detail'])
      .where('key', 'in', keys.slice(i, i + SLICE))
      .where('until', 'is', null)
      // By a group that an earlier policy put it in: those of now tell of it.
      .where('code', '!=', 'hold.rerouted')
      .execute();
    rows.push(...slice);
  }
  const inhibitors = rows.flatMap(({ detail }) => INHIBITOR.exec(detail)?.[1] ?? []);
  const firing = await stillFiring(db, tenant, new Set(inhibitors));
  for (const { fingerprint, code, detail } of rows) {
    const of: Holds = holds.get(fingerprint) ?? { inhibitedBy: new Set(), codes: new Set() };
    holds.set(fingerprint, of);
    if (code === 'hold.inhibited') {
      const inhibitor = INHIBITOR.exec(detail)?.[1];
      if (inhibitor !== undefined && firing.has(inhibitor)) of.inhibitedBy.add(inhibitor);
    } else if (code !== 'hold.silence') of.codes.add(code);
  }
  return holds;
}

async function stillFiring(db: Kysely<Tables>, tenant: string, fingerprints: ReadonlySet<string>) {
  if (fingerprints.size === 0) return new Set<string>();
  const rows = await db
    .selectFrom('alerts')
    .select('fingerprint')
    .where(
      'key',
      'in',
      [...fingerprints].map((fingerprint) => `${tenant}/${fingerprint}`),
    )
    .where('status', 'in', FIRING)
    .execute();
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

function answerOf(
  row: AlertRow,
  seen: Readonly<Record<string, string>>,
  groups: readonly string[],
  holds: Holds | undefined,
): ActiveAlert {
  const labels = JSON.parse(row.labels) as Record<string, string>;
  return {
    fingerprint: row.fingerprint,
    labels,
    seen: difference(labels, seen),
    annotations: JSON.parse(row.annotations) as Record<string, string>,
    generatorURL: row.generator_url,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    lastSeen: row.last_seen,
    snoozedUntil: row.snoozed_until,
    groups,
    inhibitedBy: [...(holds?.inhibitedBy ?? [])],
    heldBy: [...(holds?.codes ?? [])],
  };
}

function difference(labels: Readonly<Record<string, string>>, seen: Readonly<Record<string, string>>) {
  const different = Object.entries(seen).filter(([name, value]) => labels[name] !== value);
  const unseen = Object.keys(labels).filter((name) => !Object.hasOwn(seen, name));
  return Object.fromEntries([...different, ...unseen.map((name) => [name, ''] as const)]);
}
