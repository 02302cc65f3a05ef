/**
 * Publishes what was decided as public CloudEvents. The cursors move once all events of a pass are acknowledged; after a
 * crash in between they are published again under the same ids, and the stream drops what it has.
 */

import { alertKey } from '../alert/alert.ts';
import { wholeOf } from '../alert/audience.ts';
import type { JournalEvent } from '../bus/journal.ts';
import { subjects } from '../bus/subjects.ts';
import type { Connection } from './bulk.ts';
import {
  alertCloudEvent,
  type CloudEvent,
  deliveryCloudEvent,
  escalatedCloudEvent,
  isPublicAlertEvent,
  isPublicDeliveryEvent,
  suppressedCloudEvent,
  suppressedIn,
} from './cloud-event.ts';
import { behind, savePublished } from './cursors.ts';
import type { ArchiveDatabase } from './database.ts';
import { eventBody } from './event-body.ts';
import { type MaskEvent, unmaskedEvents } from './event-masks.ts';
import type { Batch } from './journal-source.ts';
import type { Position } from './project/position.ts';
import { alertsTable, deliveriesTable, groupsTable, repeatsPublishedTable } from './tables.ts';
import { WorkingSet } from './working-set.ts';

/** Resolves once the event is stored, or was before. Throws when that cannot be learnt. */
export type EventSink = (subject: string, id: string, body: string) => Promise<void>;

/** As many are published before the first of them is acknowledged. */
const IN_FLIGHT = 128;
const REPEAT_EVERY = 60_000;

export class EventPublisher {
  readonly #database: ArchiveDatabase;
  readonly #sink: EventSink;
  readonly #maxBytes: number;
  readonly #masks: () => Promise<MaskEvent>;

  /** `maxBytes`: what the sink takes in one event. `masks`: those in force, asked for every pass. */
  constructor(database: ArchiveDatabase, sink: EventSink, maxBytes: number, masks = unmaskedEvents) {
    this.#database = database;
    this.#sink = sink;
    this.#maxBytes = maxBytes;
    this.#masks = masks;
  }

  /** Publishes what is projected already, at most one batch of a partition. Throws when the sink does; all can then be given again. */
  async publish(batches: readonly Batch[]): Promise<void> {
    const fresh = await behind(this.#database.reader, 'published', batches);
    if (fresh.length === 0) return;
    const selection = await Selection.of(this.#database, fresh);
    const events = fresh.flatMap((batch) => selection.take(batch));
    const mask = await this.#masks();
    await this.#send(events.map(mask));
    await this.#database.writer.transaction().execute(async (transaction) => {
      await selection.save(transaction);
      await savePublished(transaction, fresh);
    });
  }

  async #send(events: readonly CloudEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += IN_FLIGHT) {
      const window = events.slice(from, from + IN_FLIGHT);
      // All settled, not the first failure: nothing may be in flight when the batch is tried again.
      const sent = await Promise.allSettled(window.map((event) => this.#sendOne(event)));
      const failed = sent.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  #sendOne(event: CloudEvent): Promise<void> {
    return this.#sink(
      subjects.event(subjectToken(event.tenant), event.type),
      event.id,
      eventBody(event, this.#maxBytes),
    );
  }
}

/** Which events of a pass are public, with what the archive knows beside them. */
class Selection {
  readonly #alerts = new WorkingSet(alertsTable, ({ key }) => key);
  readonly #groups = new WorkingSet(groupsTable, ({ id }) => id);
  readonly #deliveries = new WorkingSet(deliveriesTable, ({ notification_id }) => notification_id);
  readonly #repeats = new WorkingSet(repeatsPublishedTable, ({ alert_key }) => alert_key);

  static async of({ reader }: ArchiveDatabase, batches: readonly Batch[]): Promise<Selection> {
    const selection = new Selection();
    const events = batches.flatMap(({ records }) => records.flatMap((record) => record.events));
    for (const event of events) selection.#want(event);
    // A flush names its alerts by fingerprint; which tenant they are of stands with the group.
    await selection.#groups.load(reader);
    for (const event of events) selection.#wantMembers(event);
    await selection.#alerts.load(reader);
    await selection.#deliveries.load(reader);
    await selection.#repeats.load(reader);
    return selection;
  }

  #want(event: JournalEvent): void {
    if (isPublicDeliveryEvent(event)) this.#deliveries.want(rowOf(event.notificationId));
    if (membersIn(event).length > 0) this.#groups.want(event.key);
    if (isRepeated(event)) this.#repeats.want(event.key);
    // Some bring all there is to know of the alert.
    if (!isPublicAlertEvent(event) || event.type === 'alert.opened' || event.type === 'alert.suppressed') return;
    this.#alerts.want(event.key);
  }

  #wantMembers(event: JournalEvent): void {
    const members = membersIn(event);
    const tenant = members.length === 0 ? undefined : this.#groups.get(event.key)?.tenant;
    if (tenant === undefined) return;
    for (const fingerprint of members) this.#alerts.want(alertKey(tenant, fingerprint));
  }

  take({ partition, records }: Batch): CloudEvent[] {
    return records.flatMap(({ seq, events }) =>
      events.flatMap((event, index) => this.#take(event, { partition, seq, index })),
    );
  }

  #take(event: JournalEvent, position: Position): CloudEvent[] {
    if (isPublicDeliveryEvent(event))
      return [deliveryCloudEvent(event, position, this.#deliveries.get(rowOf(event.notificationId)))];
    if (event.type === 'group.flushed') return this.#suppressed(event, position);
    if (event.type === 'group.escalated') return this.#escalated(event, position);
    if (!isPublicAlertEvent(event)) return [];
    if (isRepeated(event) && !this.#isDue(event.key, event.at)) return [];
    return [alertCloudEvent(event, position, this.#alerts.get(event.key))];
  }

  #suppressed(event: Extract<JournalEvent, { type: 'group.flushed' }>, position: Position): CloudEvent[] {
    const tenant = this.#groups.get(event.key)?.tenant;
    if (tenant === undefined) return [];
    return suppressedIn(event).map((one, place) =>
      suppressedCloudEvent(event, one, tenant, position, place, this.#alerts.get(alertKey(tenant, one.fingerprint))),
    );
  }

  #escalated(event: Extract<JournalEvent, { type: 'group.escalated' }>, position: Position): CloudEvent[] {
    const tenant = this.#groups.get(event.key)?.tenant;
    if (tenant === undefined) return [];
    return event.fingerprints.map((one, place) =>
      escalatedCloudEvent(event, one, tenant, position, place, this.#alerts.get(alertKey(tenant, one))),
    );
  }

  /** At most one repeat of an alert a minute; remembered with the cursor, so that a crash changes nothing about which. */
  #isDue(key: string, at: number): boolean {
    const last = this.#repeats.get(key);
    if (last !== null && at - last.at < REPEAT_EVERY) return false;
    this.#repeats.put({ alert_key: key, at });
    return true;
  }

  async save(db: Connection): Promise<void> {
    await this.#repeats.save(db);
  }
}

/** What one of an audience is told stands with the notification for all. */
function rowOf(notificationId: string): string {
  return wholeOf(notificationId) ?? notificationId;
}

/** Fingerprints of the alerts that a group's event says something public of. */
function membersIn(event: JournalEvent): readonly string[] {
  if (event.type === 'group.flushed') return suppressedIn(event).map(({ fingerprint }) => fingerprint);
  return event.type === 'group.escalated' ? event.fingerprints : [];
}

/** Comes with every report, for as long as it is reported. */
function isRepeated({ type }: JournalEvent): boolean {
  return type === 'alert.repeated' || type === 'alert.suppressed';
}

/** A tenant's name as one token of a subject. */
function subjectToken(tenant: string): string {
  return tenant.replace(/[\s.*>\p{Cc}]/gu, '_') || '_';
}
