/** What the events of one transaction say of incidents and storms, of the alerts in them, and of what limits count. */

import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import type { Connection } from '../bulk.ts';
import type { IncidentAlertRow } from '../schema.ts';
import { incidentAlertsTable, incidentsTable, limitUseTable } from '../tables.ts';
import { WorkingSet } from '../working-set.ts';
import { foldIncident, isOfIncident, joinedRows } from './incident.ts';
import { foldLimit, limitCounts } from './limit.ts';

export class Incidents {
  readonly #rows = new WorkingSet(incidentsTable, ({ id }) => id);
  readonly #limits = new WorkingSet(limitUseTable, ({ key }) => key);
  readonly #alerts = new Map<string, IncidentAlertRow>();

  want(event: CorrelationEvent): void {
    for (const { key } of limitCounts(event)) this.#limits.want(key);
    if (isOfIncident(event)) this.#rows.want(event.incident);
    else if (event.type === 'correlation.entered') for (const storm of event.storms) this.#rows.want(storm);
  }

  async load(db: Connection): Promise<void> {
    await this.#rows.load(db);
    await this.#limits.load(db);
  }

  take(event: CorrelationEvent): void {
    if (isOfIncident(event)) {
      const row = foldIncident(this.#rows.get(event.incident), event);
      if (row !== null) this.#rows.put(row);
    }
    for (const count of limitCounts(event)) this.#limits.put(foldLimit(this.#limits.get(count.key), count));
    for (const row of joinedRows(event)) this.#alerts.set(`${row.fingerprint} ${row.incident_id}`, row);
  }

  async save(db: Connection): Promise<void> {
    await this.#rows.save(db);
    await this.#limits.save(db);
    await incidentAlertsTable.upsert(db, [...this.#alerts.values()]);
  }
}
