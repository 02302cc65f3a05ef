/**
 * The ledger line by line: for each of an alert's groups and each line of the group (a channel, or a recipient by it), what the flushes decided and what came
 * of the deliveries, newest first. The answer in one line stands in receivers.ts.
 */

import { readLineName } from '../../alert/line-name.ts';
import { countsIn } from '../project/member.ts';
import type { AlertRow, DecisionRow, DeliveryHistoryRow, DeliveryRow } from '../schema.ts';
import type { LedgerRows } from './ledger-rows.ts';
import { lineOf, linesOf } from './lines.ts';
import { time, timeOrNull } from './query.ts';

export function ledgerOf(alert: AlertRow, { groups, decisions, deliveries, attempts }: LedgerRows) {
  return groups.flatMap((group) =>
    linesOf(group, decisions, deliveries).map((line) => {
      const told = deliveries.filter((row) => row.group_id === group.id && lineOf(row) === line);
      const decided = decisions.filter((row) => row.group_id === group.id && row.channel === line);
      return {
        group: { id: group.id, key: group.group_key, labels: JSON.parse(group.labels) as unknown },
        ...readLineName(line),
        notified: told.some((row) => row.state === 'delivered' || (countsIn(row)?.delivered ?? 0) > 0),
        nextFlush: timeOrNull(group.next_flush),
        decisions: decided.map((row) => decisionAnswer(row, alert.fingerprint)),
        deliveries: told.map((row) => ({
          ...deliveryAnswer(row),
          said: row.said,
          history: attempts.filter((attempt) => attempt.notification_id === row.notification_id).map(attemptAnswer),
        })),
      };
    }),
  );
}

interface HeldLine {
  readonly fingerprint: string;
  readonly reason: { readonly code: string; readonly detail: string };
}

/** Why the decision left this alert out, where it did and the alert stands among those that are named. */
export function heldIn(row: DecisionRow, fingerprint: string): HeldLine['reason'] | null {
  return (JSON.parse(row.held) as HeldLine[]).find((line) => line.fingerprint === fingerprint)?.reason ?? null;
}

function decisionAnswer(row: DecisionRow, fingerprint: string) {
  return {
    at: time(row.at),
    since: time(row.since),
    times: row.count,
    notificationId: row.notification_id,
    policy: row.policy === '' ? null : row.policy,
    held: heldIn(row, fingerprint),
    heldCount: row.held_count,
    reasons: JSON.parse(row.reasons) as unknown,
  };
}

export function attemptAnswer(row: DeliveryHistoryRow) {
  return { at: time(row.at), type: row.type, attempt: row.attempt, reasons: JSON.parse(row.reasons) as unknown };
}

/** A delivery as answers show it. */
export function deliveryAnswer(row: DeliveryRow) {
  return {
    notificationId: row.notification_id,
    tenant: row.tenant,
    channel: row.channel,
    groupId: row.group_id,
    groupKey: row.group_key,
    status: row.status,
    environment: row.environment,
    priority: row.priority,
    state: row.state,
    attempts: row.attempts,
    notBefore: timeOrNull(row.not_before),
    deadLetterId: row.dead_letter_id,
    createdAt: time(row.created_at),
    updatedAt: time(row.updated_at),
    alerts: row.alerts,
    fingerprints: JSON.parse(row.fingerprints) as unknown,
    reasons: JSON.parse(row.reasons) as unknown,
    recipient: row.recipient,
    wentOnAs: row.went_on_as,
    cameFrom: row.came_from,
    receipt:
      row.receipt === null
        ? null
        : { state: row.receipt, at: timeOrNull(row.receipt_at), detail: row.receipt_detail ?? '' },
    tookSeconds: row.took === null ? null : row.took / 1000,
    audience: countsIn(row),
  };
}
