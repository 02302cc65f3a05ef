/** What the events of one transaction say of incidents and storms, and of the alerts in them. */

import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import type { Connection } from '../bulk.ts';
import type { IncidentAlertRow } from '../schema.ts';
import { incidentAlertsTable, incidentsTable } from '../tables.ts';
import { WorkingSet } from '../working-set.ts';
import { foldIncident, isOfIncident, joinedRows } from './incident.ts';

export class Incidents {
  readonly #rows = new WorkingSet(incidentsTable, ({ id }) => id);
  readonly #alerts = new Map<string, IncidentAlertRow>();

  want(event: CorrelationEvent): void {
    if (isOfIncident(event)) this.#rows.want(event.incident);
    else if (event.type === 'correlation.entered') for (const storm of event.storms) this.#rows.want(storm);
  }

  load(db: Connection): Promise<void> {
    return this.#rows.load(db);
  }

  take(event: CorrelationEvent): void {
    if (isOfIncident(event)) {
      const row = foldIncident(this.#rows.get(event.incident), event);
      if (row !== null) this.#rows.put(row);
    }
    for (const row of joinedRows(event)) this.#alerts.set(`${row.fingerprint} ${row.incident_id}`, row);
  }

  async save(db: Connection): Promise<void> {
    await this.#rows.save(db);
    await incidentAlertsTable.upsert(db, [...this.#alerts.values()]);
  }
}
