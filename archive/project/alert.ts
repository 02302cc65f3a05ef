/** What an alert's event does to its row, its history, and the receipt of the request that caused it. Pure. */

import type { AlertEvent, Routing } from '../../alert/event.ts';
import type { AlertRow, HistoryRow, OutcomeRow } from '../schema.ts';
import { askedColumns, concludedColumns, lapsedColumns, NOT_ASKED } from './approval.ts';
import { historyLine, NO_RUN } from './history.ts';
import type { Position } from './position.ts';
import { seenColumn } from './seen.ts';

export interface AlertChange {
  /** null: nothing is known of this alert and the event does not introduce it. */
  readonly row: AlertRow | null;
  readonly line: HistoryRow | null;
  readonly outcome: OutcomeRow | null;
}

export function foldAlert(before: AlertRow | null, event: AlertEvent, position: Position): AlertChange {
  // Dropped from the owner's memory; here it stays.
  if (event.type === 'alert.forgotten') return { row: before, line: null, outcome: null };
  const reasons = JSON.stringify(event.reasons);
  const outcome = outcomeOf(event, reasons);
  const row = rowAfter(before, event, reasons);
  if (row === null) return { row: null, line: null, outcome };
  const { line, run } = historyLine(before ?? NO_RUN, event, position, reasons);
  return { row: { ...row, ...run }, line, outcome };
}

/** `alert.opened` becomes outcome `opened`, and so on. */
function outcomeOf(event: AlertEvent, reasons: string): OutcomeRow | null {
  if (!('cause' in event) || event.cause === null) return null;
  const { receipt, index } = event.cause;
  const outcome = event.type.slice('alert.'.length);
  return { receipt, idx: index, ...identityOf(event.key), outcome, reasons, at: event.at };
}

/** Tenant and fingerprint of an alert's key. A fingerprint never holds a slash. */
export function identityOf(key: string): { readonly tenant: string; readonly fingerprint: string } {
  const slash = key.lastIndexOf('/');
  // What is of a tenant as a whole.
  if (slash < 0) return { tenant: key, fingerprint: '' };
  return { tenant: key.slice(0, slash), fingerprint: key.slice(slash + 1) };
}

const NOT_ACKNOWLEDGED = { acknowledged_by: null, acknowledged_at: null, acknowledged_comment: null };
const NOT_SNOOZED = { snoozed_until: null, snoozed_by: null, snoozed_comment: null };

type Told = Exclude<AlertEvent, { type: 'alert.forgotten' }>;

function rowAfter(before: AlertRow | null, event: Told, reasons: string): AlertRow | null {
  if (event.type === 'alert.opened') return opened(before, event, reasons);
  if (event.type === 'alert.suppressed') return suppressed(before, event, reasons);
  if (before === null) return null;
  switch (event.type) {
    case 'alert.repeated':
      return reported(before, event, reasons);
    case 'alert.updated': {
      const row = reported(before, event, reasons);
      return { ...row, annotations: JSON.stringify(event.annotations), generator_url: event.generatorURL };
    }
    case 'alert.resolved':
      return {
        ...ended(before, 'resolved', event.at),
        ends_at: event.endsAt,
        annotations: JSON.stringify(event.annotations),
        last_seen: event.cause === null ? before.last_seen : event.at,
      };
    case 'alert.aged':
      return { ...ended(before, 'aged', event.at), ends_at: event.at };
    case 'alert.closed':
      return ended(before, 'closed', event.at);
    case 'alert.acknowledged':
      return {
        ...before,
        status: 'acknowledged',
        acknowledged_by: event.by,
        acknowledged_at: event.at,
        acknowledged_comment: event.comment,
        ...NOT_SNOOZED,
      };
    case 'alert.snoozed':
      return {
        ...before,
        ...NOT_ACKNOWLEDGED,
        status: 'firing',
        snoozed_until: event.until,
        snoozed_by: event.by,
        snoozed_comment: event.comment,
      };
    case 'alert.approved':
      return { ...before, ...concludedColumns(before, event) };
    case 'alert.rejected':
      return { ...ended(before, 'closed', event.at), ...concludedColumns(before, event) };
    case 'alert.commented':
    case 'alert.ignored':
    case 'command.refused':
      return before;
    default:
      return event satisfies never;
  }
}

type Opened = Extract<AlertEvent, { type: 'alert.opened' }>;
type Suppressed = Extract<AlertEvent, { type: 'alert.suppressed' }>;

function opened(before: AlertRow | null, event: Opened, reasons: string): AlertRow {
  const { alert, at } = event;
  return {
    ...introduced(before, event, reasons),
    ...askedColumns(event),
    status: 'firing',
    annotations: JSON.stringify(alert.annotations),
    generator_url: alert.generatorURL,
    ends_at: alert.endsAt,
    flapping: event.flapping === undefined ? null : JSON.stringify(event.flapping),
    opened_at: at,
    occurrences: 1,
    episode: event.episode,
  };
}

/** The owner keeps no state of it; here it stands, so that one can ask why nobody was told. */
function suppressed(before: AlertRow | null, event: Suppressed, reasons: string): AlertRow {
  const again = before?.status === 'suppressed';
  return {
    ...introduced(before, event, reasons),
    status: 'suppressed',
    annotations: '{}',
    generator_url: '',
    ends_at: null,
    flapping: null,
    opened_at: again ? before.opened_at : event.at,
    ended_at: event.at,
    occurrences: again ? before.occurrences + 1 : 1,
    episode: before?.episode ?? 0,
  };
}

/** What the two events have in common that bring an alert's content. */
function introduced(before: AlertRow | null, event: Opened | Suppressed, reasons: string) {
  const { alert, at } = event;
  return {
    key: event.key,
    ...identityOf(event.key),
    ...routingColumns(event.routing, reasons),
    labels: JSON.stringify(alert.labels),
    source: alert.source,
    starts_at: alert.startsAt,
    first_seen: before?.first_seen ?? at,
    last_seen: at,
    ended_at: null,
    ...NOT_ACKNOWLEDGED,
    ...NOT_SNOOZED,
    ...NOT_ASKED,
    ...NO_RUN,
  };
}

function reported(
  before: AlertRow,
  event: Extract<AlertEvent, { type: 'alert.repeated' | 'alert.updated' }>,
  reasons: string,
): AlertRow {
  const routing = event.routing === null ? {} : routedAgain(before, event.routing, reasons);
  return { ...before, ...routing, last_seen: event.at, ends_at: event.endsAt, occurrences: event.occurrences };
}

function ended(before: AlertRow, status: 'resolved' | 'aged' | 'closed', at: number): AlertRow {
  return { ...before, ...NOT_SNOOZED, ...lapsedColumns(before), status, ended_at: at };
}

/** The groups of before stay in view: they were told that it fires, and their ledger is the alert's too. */
function routedAgain(before: AlertRow, routing: Routing, reasons: string) {
  const ids = [...routing.groups.map(({ id }) => id), ...(JSON.parse(before.groups) as string[])];
  return { ...routingColumns(routing, reasons), groups: JSON.stringify([...new Set(ids)]) };
}

function routingColumns(routing: Routing, reasons: string) {
  const { environment, priority, namespace, policy, groups } = routing;
  const ids = JSON.stringify(groups.map(({ id }) => id));
  return { environment, priority, namespace, policy, groups: ids, seen: seenColumn(routing), reasons };
}
