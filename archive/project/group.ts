/**
 * What a group's event does to its row, its members, and the ledger of what was decided for each channel. Pure.
 *
 * A group is flushed every group_interval and mostly decides that there is nothing to tell. Refusals of one channel for the
 * same reasons, one after the other, are one line of the ledger that counts; a notification always has a line of its own.
 */

import type { GroupRef } from '../../alert/entry.ts';
import type { FlushDecision, GroupEvent } from '../../alert/event.ts';
import { lineName } from '../../alert/line-name.ts';
import type { Unreached } from '../../alert/reach.ts';
import type { DecisionRow, GroupHistoryRow, GroupMemberRow, GroupRow } from '../schema.ts';
import { escalationAfter } from './escalation.ts';
import type { Position } from './position.ts';

/** The last decision for one line, in the JSON of GroupRow.decisions. */
export interface LastDecision {
  /** Name of the line. */
  readonly channel: string;
  readonly notificationId: string | null;
  readonly at: number;
  readonly since: number;
  readonly count: number;
  readonly seq: number;
  readonly index: number;
  readonly reasons: FlushDecision['reasons'];
  /** Left out where nothing is held back. */
  readonly held?: FlushDecision['held'];
}

export interface GroupChange {
  /** null: nothing is known of this group and the event does not introduce it. */
  readonly row: GroupRow | null;
  readonly joined: GroupMemberRow | null;
  /** Fingerprints. */
  readonly left: readonly string[];
  readonly decisions: readonly DecisionRow[];
  /** Of an event that is neither a joining nor a flush. */
  readonly line: GroupHistoryRow | null;
}

const NOTHING = { joined: null, left: [], decisions: [], line: null };

export function foldGroup(before: GroupRow | null, event: GroupEvent, position: Position): GroupChange {
  switch (event.type) {
    case 'group.joined':
      return joined(before, event);
    case 'group.flushed':
      return before === null ? { row: null, ...NOTHING } : flushed(before, event, position);
    case 'group.escalation':
    case 'group.escalated': {
      const line = historyLine(event, position);
      if (before === null) return { ...NOTHING, row: null, line };
      return { ...NOTHING, row: { ...before, escalation: escalationAfter(before.escalation, event) }, line };
    }
    // A newer Herald's: it is told of, whatever it changes.
    default:
      return { ...NOTHING, row: before, line: historyLine(event satisfies never, position) };
  }
}

/** What an event of a group says of itself, whatever its type. */
interface Told {
  readonly type: string;
  readonly key: string;
  readonly at: number;
  readonly channels?: readonly string[];
  readonly reasons?: FlushDecision['reasons'];
}

function historyLine(event: Told, { partition, seq, index }: Position): GroupHistoryRow {
  const { type, key, at, channels = [], reasons = [] } = event;
  return {
    partition,
    seq,
    idx: index,
    group_id: key,
    type,
    at,
    detail: '',
    channels: JSON.stringify(channels),
    reasons: JSON.stringify(reasons),
  };
}

function joined(before: GroupRow | null, event: Extract<GroupEvent, { type: 'group.joined' }>): GroupChange {
  const { alert, at } = event;
  const member = { group_id: event.key, fingerprint: alert.fingerprint, status: alert.status, at };
  const known = event.group === null ? before : { ...before, ...columnsOf(event.group) };
  if (known === null) return { ...NOTHING, row: null, joined: member };
  const sameLife = before !== null && before.born === event.born;
  const row: GroupRow = {
    id: event.key,
    tenant: known.tenant,
    group_key: known.group_key,
    labels: known.labels,
    channels: known.channels,
    born: event.born,
    created_at: sameLife ? before.created_at : at,
    updated_at: at,
    next_flush: event.dueAt,
    last_flush: sameLife ? before.last_flush : null,
    ended_at: null,
    decisions: sameLife ? before.decisions : '[]',
    escalation: sameLife ? before.escalation : null,
  };
  return { ...NOTHING, row, joined: member };
}

function columnsOf({ tenant, key, labels, timing }: GroupRef) {
  return {
    tenant,
    group_key: key,
    labels: JSON.stringify(labels),
    channels: JSON.stringify(timing.channels),
  };
}

function flushed(
  before: GroupRow,
  event: Extract<GroupEvent, { type: 'group.flushed' }>,
  position: Position,
): GroupChange {
  const last = new Map(lastDecisions(before).map((decision) => [decision.channel, decision]));
  const lines: DecisionRow[] = [];
  for (const decision of [...event.decisions, ...(event.unreached ?? []).map(unreachedDecision)]) {
    const name = lineName(decision);
    const after = lastAfter(last.get(name), decision, event.at, position);
    last.set(name, after);
    lines.push(ledgerLine(event, decision, after, position.partition));
  }
  const row: GroupRow = {
    ...before,
    updated_at: event.at,
    next_flush: event.dueAt,
    last_flush: event.at,
    ended_at: event.dueAt === null ? event.at : null,
    decisions: JSON.stringify([...last.values()].slice(-MOST_LAST)),
    escalation: event.dueAt === null ? null : before.escalation,
  };
  return { ...NOTHING, row, left: event.left, decisions: lines };
}

/** Of an audience of thousands the last are enough: who is not told again has no line (alert/flush-pass.ts). */
const MOST_LAST = 300;

/** Somebody whom no channel reaches. */
function unreachedDecision({ recipient, receiver, reason }: Unreached): FlushDecision {
  const detail = recipient === receiver ? reason.detail : `${receiver}: ${reason.detail}`;
  return {
    channel: '',
    recipient: { name: recipient, address: '' },
    notificationId: null,
    count: 0,
    firing: [],
    resolved: [],
    reasons: [{ code: reason.code, detail }],
  };
}

export function lastDecisions(row: Pick<GroupRow, 'decisions'>): LastDecision[] {
  return JSON.parse(row.decisions) as LastDecision[];
}

function lastAfter(
  last: LastDecision | undefined,
  decision: FlushDecision,
  at: number,
  { seq, index }: Position,
): LastDecision {
  const { notificationId, reasons } = decision;
  const channel = lineName(decision);
  if (last !== undefined && continues(last, decision)) return { ...last, at, count: last.count + 1, reasons };
  const held = decision.held === undefined ? {} : { held: decision.held };
  return { channel, notificationId, at, since: at, count: 1, seq, index, reasons, ...held };
}

function continues(last: LastDecision, { notificationId, reasons, held }: FlushDecision): boolean {
  if (last.notificationId !== null || notificationId !== null) return false;
  return (
    sameHeld(last.held ?? [], held ?? []) &&
    last.reasons.length === reasons.length &&
    last.reasons.every(({ code }, i) => code === reasons[i]?.code)
  );
}

/** The ledger must say of each alert since when it is held back, so others held are another line. */
function sameHeld(a: NonNullable<FlushDecision['held']>, b: NonNullable<FlushDecision['held']>): boolean {
  if (a.length !== b.length) return false;
  return a.every(
    ({ fingerprint, reason }, i) => fingerprint === b[i]!.fingerprint && reason.code === b[i]!.reason.code,
  );
}

function ledgerLine(
  { key, policy = '' }: Pick<Extract<GroupEvent, { type: 'group.flushed' }>, 'key' | 'policy'>,
  decision: FlushDecision,
  last: LastDecision,
  partition: string,
): DecisionRow {
  return {
    partition,
    seq: last.seq,
    idx: last.index,
    channel: lineName(decision),
    group_id: key,
    notification_id: decision.notificationId,
    at: last.at,
    since: last.since,
    count: last.count,
    firing: decision.firing.length,
    resolved: decision.resolved.length,
    reasons: JSON.stringify(decision.reasons),
    held: JSON.stringify(decision.held ?? []),
    held_count: decision.heldCount ?? 0,
    policy,
  };
}
