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
import { foldChannel, foldFailing, tellsOfFailing } from './project/channel.ts';
import { deadDelivery, deadInput, replayed } from './project/dead-letter.ts';
import { Deliveries } from './project/deliveries.ts';
import { Groups } from './project/groups.ts';
import { Incidents } from './project/incidents.ts';
import type { Position } from './project/position.ts';
import { foldPromotion, promotionId } from './project/promotion.ts';
import { Sightings } from './project/sightings.ts';
import { foldSilence } from './project/silence.ts';
import type { HistoryRow, OutcomeRow } from './schema.ts';
import {
  alertsTable,
  channelStandingsTable,
  deadLettersTable,
  historyTable,
  outcomesTable,
  promotionsTable,
  silencesTable,
} from './tables.ts';
import { WorkingSet } from './working-set.ts';

export class Projection {
  readonly #alerts = new WorkingSet(alertsTable, ({ key }) => key);
  readonly #history = new Map<string, HistoryRow>();
  readonly #outcomes = new Map<string, OutcomeRow>();
  readonly #reports: AlertEvent[] = [];
  readonly #sightings = new Sightings();
  readonly #groups = new Groups();
  readonly #incidents = new Incidents();
  readonly #deliveries = new Deliveries();
  readonly #channels = new WorkingSet(channelStandingsTable, ({ key }) => key);
  readonly #deadLetters = new WorkingSet(deadLettersTable, ({ id }) => id);
  readonly #silences = new WorkingSet(silencesTable, ({ id }) => id);
  readonly #promotions = new WorkingSet(promotionsTable, ({ id }) => id);

  /** Names the rows that `take` will need; call for every event, then `load`. */
  want(event: JournalEvent): void {
    if (isOfCorrelator(event)) this.#incidents.want(event);
    else if (isOfPromotion(event)) {
      if (event.type !== 'promotion.placed') this.#promotions.want(promotionId(event));
    } else if (isOfGroup(event)) this.#groups.want(event);
    else if (isOfHolds(event)) {
      if (event.type === 'silence.set') this.#silences.want(event.silence.id);
      else if (event.type === 'silence.ended') this.#silences.want(event.id);
    } else if (isOfDelivery(event)) {
      this.#deliveries.want(event);
      if (tellsOfFailing(event)) this.#channels.want(event.key);
    } else if (isOfChannel(event)) this.#channels.want(event.key);
    else if (event.type === 'input.replayed') this.#deadLetters.want(event.deadLetterId);
    else if (event.type !== 'input.dead-lettered') {
      this.#alerts.want(event.key);
      this.#reports.push(event);
    }
  }

  async load(db: Connection): Promise<void> {
    const areas = [this.#groups, this.#incidents, this.#deliveries];
    const tables = [this.#alerts, this.#channels, this.#deadLetters, this.#silences, this.#promotions];
    for (const rows of [...areas, ...tables]) await rows.load(db);
    // Which namespace an alert is of, only its row may know.
    for (const event of this.#reports) this.#sightings.want(event, this.#alerts.get(event.key));
    await this.#sightings.load(db);
  }

  take(event: JournalEvent, position: Position): void {
    if (isOfCorrelator(event)) this.#incidents.take(event);
    else if (isOfPromotion(event)) this.#takePromotion(event);
    else if (isOfGroup(event)) this.#groups.take(event, position);
    else if (isOfHolds(event)) this.#takeHolds(event);
    else if (isOfDelivery(event)) {
      this.#deliveries.take(event, position);
      const channel = foldFailing(this.#channels.get(event.key), event);
      if (channel !== null) this.#channels.put(channel);
      if (event.type === 'delivery.dead') this.#deadLetters.put(deadDelivery(event));
    } else if (isOfChannel(event)) this.#channels.put(foldChannel(this.#channels.get(event.key), event));
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

  async save(db: Connection): Promise<void> {
    await this.#alerts.save(db);
    await historyTable.upsert(db, [...this.#history.values()]);
    await outcomesTable.upsert(db, [...this.#outcomes.values()]);
    const areas = [this.#sightings, this.#groups, this.#incidents, this.#deliveries];
    const tables = [this.#channels, this.#deadLetters, this.#silences, this.#promotions];
    for (const rows of [...areas, ...tables]) await rows.save(db);
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
