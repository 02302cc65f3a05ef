/** What the events of one transaction say of namespaces. */

import type { AlertEvent } from '../../alert/event.ts';
import type { Connection } from '../bulk.ts';
import type { AlertRow, NamespaceHistoryRow } from '../schema.ts';
import { namespaceHistoryTable, namespacesTable } from '../tables.ts';
import { WorkingSet } from '../working-set.ts';
import { identityOf } from './alert.ts';
import { foldNamespace, namespaceKey, type Sighting } from './namespace.ts';

export class Sightings {
  readonly #rows = new WorkingSet(namespacesTable, ({ key }) => key);
  readonly #lines = new Map<string, NamespaceHistoryRow>();

  /** `known`: the alert's row before the event. Call for every event, then `load`. */
  want(event: AlertEvent, known: AlertRow | null): void {
    const seen = sightingIn(event, known);
    if (seen !== null) this.#rows.want(namespaceKey(seen.tenant, seen.namespace));
  }

  load(db: Connection): Promise<void> {
    return this.#rows.load(db);
  }

  take(event: AlertEvent, known: AlertRow | null): void {
    const seen = sightingIn(event, known);
    if (seen === null) return;
    const change = foldNamespace(this.#rows.get(namespaceKey(seen.tenant, seen.namespace)), seen);
    if (change === null) return;
    this.#rows.put(change.row);
    for (const line of change.lines) this.#lines.set(`${line.namespace_key}\n${line.at}\n${line.type}`, line);
  }

  async save(db: Connection): Promise<void> {
    await this.#rows.save(db);
    await namespaceHistoryTable.upsert(db, [...this.#lines.values()]);
  }
}

/** null: the event is no report of the alert. */
function sightingIn(event: AlertEvent, known: AlertRow | null): Sighting | null {
  const { tenant } = identityOf(event.key);
  if (!('routing' in event)) return null;
  const { routing, at } = event;
  const opened = event.type === 'alert.opened';
  if (routing === null) {
    return known === null ? null : { tenant, namespace: known.namespace, at, opened, decided: null };
  }
  const { namespace, environment, priority, policy } = routing;
  const reason = event.reasons.find(({ code }) => code.startsWith('environment.'))?.detail ?? '';
  return { tenant, namespace, at, opened, decided: { environment, priority, policy, reason } };
}
