/**
 * One transaction's worth of events, folded into rows. Events are taken in order; what they do to one row meets in memory
 * and is written once. Nothing here depends on where one transaction ends and the next begins.
 */

import type { CorrelationEvent } from '../alert/correlation-event.ts';
import type { AlertEvent, GroupEvent, HoldsEvent } from '../alert/event.ts';
import type { PromotionEvent } from '../alert/promotion-state.ts';
import type { JournalEvent } from '../bus/journal.ts';
import type { ChannelStandingEvent, DeliveryEvent } from '../channels/delivery-event.ts';
import type { Connection } from './bulk.ts';
import { foldAlert } from './project/alert.ts';
import { foldChannel } from './project/channel.ts';
import { deadDelivery, deadInput, replayed } from './project/dead-letter.ts';
import { bundledInto, bundledLine, contentOf, foldDelivery } from './project/delivery.ts';
import { foldGroup } from './project/group.ts';
import { foldHolds, holdKeys } from './project/holds.ts';
import { Incidents } from './project/incidents.ts';
import { foldMember, introduced, wholeIn } from './project/member.ts';
import type { Position } from './project/position.ts';
import { foldPromotion, promotionId } from './project/promotion.ts';
import { Sightings } from './project/sightings.ts';
import { foldSilence } from './project/silence.ts';
import type {
  DecisionRow,
  DeliveryAlertRow,
  DeliveryContentRow,
  DeliveryHistoryRow,
  GroupHistoryRow,
  GroupMemberRow,
  HistoryRow,
  OutcomeRow,
} from './schema.ts';
import {
  alertsTable,
  audienceMembersTable,
  channelStandingsTable,
  deadLettersTable,
  decisionsTable,
  deliveriesTable,
  deliveryAlertsTable,
  deliveryContentsTable,
  deliveryHistoryTable,
  groupHistoryTable,
  groupsTable,
  historyTable,
  holdsTable,
  membersTable,
  outcomesTable,
  promotionsTable,
  silencesTable,
} from './tables.ts';
import { WorkingSet } from './working-set.ts';

export class Projection {
  readonly #alerts = new WorkingSet(alertsTable, ({ key }) => key);
  readonly #groups = new WorkingSet(groupsTable, ({ id }) => id);
  readonly #deliveries = new WorkingSet(deliveriesTable, ({ notification_id }) => notification_id);
  readonly #audiences = new WorkingSet(audienceMembersTable, ({ notification_id }) => notification_id);
  readonly #channels = new WorkingSet(channelStandingsTable, ({ key }) => key);
  readonly #deadLetters = new WorkingSet(deadLettersTable, ({ id }) => id);
  readonly #silences = new WorkingSet(silencesTable, ({ id }) => id);
  readonly #holds = new WorkingSet(holdsTable, ({ key }) => key);
  readonly #promotions = new WorkingSet(promotionsTable, ({ id }) => id);
  readonly #sightings = new Sightings();
  readonly #incidents = new Incidents();
  readonly #reports: AlertEvent[] = [];
  readonly #history = new Map<string, HistoryRow>();
  readonly #outcomes = new Map<string, OutcomeRow>();
  /** By group and fingerprint; null: left. */
  readonly #members = new Map<string, GroupMemberRow | { group_id: string; fingerprint: string; status: null }>();
  readonly #decisions = new Map<string, DecisionRow>();
  readonly #groupHistory: GroupHistoryRow[] = [];
  readonly #deliveryHistory: DeliveryHistoryRow[] = [];
  readonly #deliveryContents = new Map<string, DeliveryContentRow>();
  readonly #deliveryAlerts = new Map<string, DeliveryAlertRow>();

  /** Names the rows that `take` will need; call for every event, then `load`. */
  want(event: JournalEvent): void {
    if (isOfCorrelator(event)) this.#incidents.want(event);
    else if (isOfPromotion(event)) {
      if (event.type !== 'promotion.placed') this.#promotions.want(promotionId(event));
    } else if (isOfGroup(event)) {
      this.#groups.want(event.key);
      if (event.type === 'group.flushed') for (const key of holdKeys(event)) this.#holds.want(key);
    } else if (isOfHolds(event)) {
      if (event.type === 'silence.set') this.#silences.want(event.silence.id);
      else if (event.type === 'silence.ended') this.#silences.want(event.id);
    } else if (isOfDelivery(event)) {
      this.#wantDelivery(event);
      if (event.type === 'delivery.bundled') for (const id of event.of) this.#deliveries.want(id);
    } else if (isOfChannel(event)) this.#channels.want(event.key);
    else if (event.type === 'input.replayed') this.#deadLetters.want(event.deadLetterId);
    else if (event.type !== 'input.dead-lettered') {
      this.#alerts.want(event.key);
      this.#reports.push(event);
    }
  }

  #wantDelivery(event: DeliveryEvent): void {
    const whole = wholeIn(event);
    this.#deliveries.want(whole ?? event.notificationId);
    if (whole !== null) this.#audiences.want(event.notificationId);
  }

  async load(db: Connection): Promise<void> {
    for (const rows of [
      this.#alerts,
      this.#groups,
      this.#deliveries,
      this.#audiences,
      this.#channels,
      this.#deadLetters,
    ])
      await rows.load(db);
    for (const rows of [this.#silences, this.#holds, this.#incidents, this.#promotions]) await rows.load(db);
    // Which namespace an alert is of, only its row may know.
    for (const event of this.#reports) this.#sightings.want(event, this.#alerts.get(event.key));
    await this.#sightings.load(db);
  }

  take(event: JournalEvent, position: Position): void {
    if (isOfCorrelator(event)) this.#incidents.take(event);
    else if (isOfPromotion(event)) this.#takePromotion(event);
    else if (isOfGroup(event)) this.#takeGroup(event, position);
    else if (isOfHolds(event)) this.#takeHolds(event);
    else if (isOfDelivery(event)) this.#takeDelivery(event, position);
    else if (isOfChannel(event)) this.#channels.put(foldChannel(this.#channels.get(event.key), event));
    else if (event.type === 'input.replayed') {
      const letter = replayed(this.#deadLetters.get(event.deadLetterId), event);
      if (letter !== null) this.#deadLetters.put(letter);
    } else if (event.type === 'input.dead-lettered') {
      const { letter, outcome } = deadInput(event);
      this.#deadLetters.put(letter);
      this.#putOutcome(outcome);
    } else this.#takeAlert(event, position);
  }

  #takeAlert(event: AlertEvent, position: Position): void {
    const { row, line, outcome } = foldAlert(this.#alerts.get(event.key), event, position);
    if (row !== null) this.#alerts.put(row);
    this.#sightings.take(event, row);
    if (line !== null) this.#history.set(`${line.partition}.${line.seq}.${line.idx}`, line);
    this.#putOutcome(outcome);
  }

  #putOutcome(outcome: OutcomeRow | null): void {
    if (outcome !== null) this.#outcomes.set(`${outcome.receipt}.${outcome.idx}`, outcome);
  }

  #takeGroup(event: GroupEvent, position: Position): void {
    const { row, joined, left, decisions, line: told } = foldGroup(this.#groups.get(event.key), event, position);
    if (row !== null) this.#groups.put(row);
    if (joined !== null) this.#members.set(`${event.key}.${joined.fingerprint}`, joined);
    for (const fingerprint of left) {
      this.#members.set(`${event.key}.${fingerprint}`, { group_id: event.key, fingerprint, status: null });
    }
    for (const line of decisions)
      this.#decisions.set(`${line.partition}.${line.seq}.${line.idx}.${line.channel}`, line);
    if (told !== null) this.#groupHistory.push(told);
    if (row === null || event.type !== 'group.flushed') return;
    for (const hold of foldHolds((key) => this.#holds.get(key), event, row.tenant)) this.#holds.put(hold);
  }

  /** Copies in other partitions and what time ended say nothing new. */
  #takeHolds(event: HoldsEvent): void {
    if (event.type !== 'silence.set' && event.type !== 'silence.ended') return;
    const row = foldSilence(this.#silences.get(event.type === 'silence.set' ? event.silence.id : event.id), event);
    if (row !== null) this.#silences.put(row);
  }

  #takePromotion(event: PromotionEvent): void {
    if (event.type === 'promotion.placed') return;
    const row = foldPromotion(this.#promotions.get(promotionId(event)), event);
    if (row !== null) this.#promotions.put(row);
  }

  #takeDelivery(event: DeliveryEvent, position: Position): void {
    const whole = wholeIn(event);
    if (whole !== null) {
      this.#takeMember(event, whole);
      return;
    }
    const { row, line, alerts } = foldDelivery(this.#deliveries.get(event.notificationId), event, position);
    if (row !== null) this.#deliveries.put(row);
    if (line !== null) this.#deliveryHistory.push(line);
    for (const alert of alerts) this.#deliveryAlerts.set(`${alert.notification_id}.${alert.fingerprint}`, alert);
    if (event.type === 'delivery.dead') this.#deadLetters.put(deadDelivery(event));
    const content = contentOf(event);
    if (content !== null) this.#deliveryContents.set(content.notification_id, content);
    if (event.type === 'delivery.bundled') this.#takeBundled(event, position);
    if (event.type === 'delivery.expanded' && row !== null) this.#takeMembers(introduced(row, event));
  }

  #takeMembers({ rows, whole }: ReturnType<typeof introduced>): void {
    this.#deliveries.put(whole);
    for (const row of rows) this.#audiences.put(row);
  }

  #takeMember(event: DeliveryEvent, wholeId: string): void {
    const change = foldMember(this.#audiences.get(event.notificationId), this.#deliveries.get(wholeId), event);
    if (change !== null) this.#audiences.put(change.row);
    if (change?.whole != null) this.#deliveries.put(change.whole);
    if (event.type === 'delivery.dead') this.#deadLetters.put(deadDelivery(event));
  }

  #takeBundled(event: DeliveryEvent & { type: 'delivery.bundled' }, position: Position): void {
    for (const id of event.of) {
      const row = this.#deliveries.get(id);
      if (row === null) continue;
      this.#deliveries.put(bundledInto(row, event));
      this.#deliveryHistory.push(bundledLine(event, id, position));
    }
  }

  async save(db: Connection): Promise<void> {
    await this.#alerts.save(db);
    await historyTable.upsert(db, [...this.#history.values()]);
    await this.#sightings.save(db);
    await this.#incidents.save(db);
    await outcomesTable.upsert(db, [...this.#outcomes.values()]);
    await this.#groups.save(db);
    await this.#saveMembers(db);
    await decisionsTable.upsert(db, [...this.#decisions.values()]);
    await groupHistoryTable.upsert(db, this.#groupHistory);
    await this.#deliveries.save(db);
    await this.#audiences.save(db);
    await deliveryAlertsTable.upsert(db, [...this.#deliveryAlerts.values()]);
    await deliveryContentsTable.upsert(db, [...this.#deliveryContents.values()]);
    await this.#channels.save(db);
    await deliveryHistoryTable.upsert(db, this.#deliveryHistory);
    await this.#deadLetters.save(db);
    await this.#silences.save(db);
    await this.#promotions.save(db);
    await this.#holds.save(db);
  }

  async #saveMembers(db: Connection): Promise<void> {
    const members: GroupMemberRow[] = [];
    for (const member of this.#members.values()) {
      if (member.status !== null) {
        members.push(member);
        continue;
      }
      await db
        .deleteFrom('group_members')
        .where('group_id', '=', member.group_id)
        .where('fingerprint', '=', member.fingerprint)
        .execute();
    }
    await membersTable.upsert(db, members);
  }
}

function isOfCorrelator(event: JournalEvent): event is CorrelationEvent {
  return ['correlation', 'incident', 'storm'].includes(event.type.slice(0, event.type.indexOf('.')));
}

function isOfGroup(event: JournalEvent): event is GroupEvent {
  return event.type.startsWith('group.');
}

function isOfDelivery(event: JournalEvent): event is DeliveryEvent {
  return event.type.startsWith('delivery.');
}

function isOfChannel(event: JournalEvent): event is ChannelStandingEvent {
  return event.type.startsWith('channel.');
}

function isOfPromotion(event: JournalEvent): event is PromotionEvent {
  return event.type.startsWith('promotion.');
}

function isOfHolds(event: JournalEvent): event is HoldsEvent {
  return event.type.startsWith('holds.') || event.type.startsWith('silence.');
}
