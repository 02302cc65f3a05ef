/** What the events of one transaction say of deliveries: of one recipient each, of audiences and their members, of bundles. */

import type { DeliveryEvent } from '../../channels/delivery-event.ts';
import type { Connection } from '../bulk.ts';
import type { DeliveryAlertRow, DeliveryContentRow, DeliveryHistoryRow, DeliveryRow } from '../schema.ts';
import {
  audienceMembersTable,
  deliveriesTable,
  deliveryAlertsTable,
  deliveryContentsTable,
  deliveryHistoryTable,
} from '../tables.ts';
import { WorkingSet } from '../working-set.ts';
import { bundledInto, bundledLine, contentOf, foldDelivery } from './delivery.ts';
import { foldMember, introduced, wholeIn } from './member.ts';
import type { Position } from './position.ts';

export class Deliveries {
  readonly #rows = new WorkingSet(deliveriesTable, ({ notification_id }) => notification_id);
  readonly #members = new WorkingSet(audienceMembersTable, ({ notification_id }) => notification_id);
  readonly #lines: DeliveryHistoryRow[] = [];
  readonly #contents = new Map<string, DeliveryContentRow>();
  readonly #alerts = new Map<string, DeliveryAlertRow>();

  want(event: DeliveryEvent): void {
    const whole = wholeIn(event);
    this.#rows.want(whole ?? event.notificationId);
    if (whole !== null) this.#members.want(event.notificationId);
    if (event.type === 'delivery.bundled') for (const id of event.of) this.#rows.want(id);
  }

  async load(db: Connection): Promise<void> {
    await this.#rows.load(db);
    await this.#members.load(db);
  }

  take(event: DeliveryEvent, position: Position): void {
    const whole = wholeIn(event);
    if (whole !== null) {
      this.#takeOfMember(event, whole);
      return;
    }
    const { row, line, alerts } = foldDelivery(this.#rows.get(event.notificationId), event, position);
    if (row !== null) this.#rows.put(row);
    if (line !== null) this.#lines.push(line);
    for (const alert of alerts) this.#alerts.set(`${alert.notification_id}.${alert.fingerprint}`, alert);
    const content = contentOf(event);
    if (content !== null) this.#contents.set(content.notification_id, content);
    if (event.type === 'delivery.bundled') this.#takeBundled(event, position);
    if (event.type === 'delivery.expanded' && row !== null) this.#takeExpanded(event, row);
  }

  #takeOfMember(event: DeliveryEvent, wholeId: string): void {
    const change = foldMember(this.#members.get(event.notificationId), this.#rows.get(wholeId), event);
    if (change !== null) this.#members.put(change.row);
    if (change?.whole != null) this.#rows.put(change.whole);
  }

  #takeBundled(event: DeliveryEvent & { type: 'delivery.bundled' }, position: Position): void {
    for (const id of event.of) {
      const row = this.#rows.get(id);
      if (row === null) continue;
      this.#rows.put(bundledInto(row, event));
      this.#lines.push(bundledLine(event, id, position));
    }
  }

  #takeExpanded(event: DeliveryEvent & { type: 'delivery.expanded' }, row: DeliveryRow): void {
    const { rows, whole } = introduced(row, event);
    this.#rows.put(whole);
    for (const member of rows) this.#members.put(member);
  }

  async save(db: Connection): Promise<void> {
    await this.#rows.save(db);
    await this.#members.save(db);
    await deliveryAlertsTable.upsert(db, [...this.#alerts.values()]);
    await deliveryContentsTable.upsert(db, [...this.#contents.values()]);
    await deliveryHistoryTable.upsert(db, this.#lines);
  }
}
