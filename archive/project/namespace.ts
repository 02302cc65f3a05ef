/**
 * The life of a namespace, as its alerts show it:
 *
 *   first-seen    its first alert was reported
 *   reclassified  a changed policy, or a changed label, puts it into another environment
 *   dormant       nothing was reported of it for 30 days (dated to the end of those; see dormancy.ts)
 *   returned      something was, after that
 *
 * Partitions are projected one by one, so what is older may come later: it counts, and decides nothing. Pure.
 */

import type { NamespaceHistoryRow, NamespaceRow } from '../schema.ts';

export const DORMANT_AFTER = 30 * 86_400_000;

/** One report about an alert of the namespace. */
export interface Sighting {
  readonly tenant: string;
  readonly namespace: string;
  readonly at: number;
  /** An alert opened, or opened again. */
  readonly opened: boolean;
  /** null: it was not decided anew. */
  readonly decided: Decided | null;
}

export interface Decided {
  readonly environment: string;
  /** Of this alert: the next one may have another. */
  readonly priority: string;
  readonly policy: string;
  /** Why it has its environment. */
  readonly reason: string;
}

export interface NamespaceChange {
  readonly row: NamespaceRow;
  readonly lines: readonly NamespaceHistoryRow[];
}

export function namespaceKey(tenant: string, namespace: string): string {
  return `${tenant}/${namespace}`;
}

/** null: nothing is known of it, and the sighting says not what it is. */
export function foldNamespace(before: NamespaceRow | null, sighting: Sighting): NamespaceChange | null {
  const { at, decided, opened } = sighting;
  if (before === null) return decided === null ? null : introduced(sighting, decided);
  const row = { ...before, alerts: before.alerts + (opened ? 1 : 0), first_seen: Math.min(before.first_seen, at) };
  const lines: NamespaceHistoryRow[] = [];
  if (at > before.last_seen) {
    row.last_seen = at;
    const slept = before.last_seen + DORMANT_AFTER;
    if (at > slept) {
      lines.push(line(before, 'dormant', slept, null), line(before, 'returned', at, null));
      row.dormant_at = null;
    }
  }
  if (decided !== null && at >= before.decided_at) {
    Object.assign(row, decided, { decided_at: at });
    if (decided.environment !== before.environment) lines.push(line(row, 'reclassified', at, before.environment));
  }
  return { row, lines };
}

function introduced({ tenant, namespace, at, opened }: Sighting, decided: Decided): NamespaceChange {
  const key = namespaceKey(tenant, namespace);
  const seen = { first_seen: at, last_seen: at, decided_at: at, alerts: opened ? 1 : 0, dormant_at: null };
  const row: NamespaceRow = { key, tenant, namespace, ...decided, ...seen };
  return { row, lines: [line(row, 'first-seen', at, null)] };
}

function line(
  { key, environment, policy, reason }: NamespaceRow,
  type: NamespaceHistoryRow['type'],
  at: number,
  before: string | null,
): NamespaceHistoryRow {
  const detail = type === 'first-seen' || type === 'reclassified' ? reason : '';
  return { namespace_key: key, type, at, environment, before, policy, detail };
}
