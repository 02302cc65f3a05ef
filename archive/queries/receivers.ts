/**
 * Why was I, or was I not, told of this alert? One answer for each receiver: a channel, or a recipient by it, of a group that the alert entered, or
 * nobody where it entered none. It is about the present episode. Pure.
 */

import { readLineName } from '../../alert/line-name.ts';
import type { AlertRow } from '../schema.ts';
import type { LedgerRows } from './ledger-rows.ts';
import { lineOf, linesOf } from './lines.ts';
import { time } from './query.ts';
import { isDelivered, toldBy } from './told.ts';
import { untold } from './untold.ts';
import type { Facts, Found } from './verdict.ts';
import { reasonsIn } from './words.ts';

export interface Receiver extends Required<Found> {
  /** null: nobody, or no channel reaches the recipient. */
  readonly channel: string | null;
  /** `user/alice`; null: the channel itself. */
  readonly recipient: string | null;
  /** The group's id. */
  readonly group: string | null;
  /** Has it accepted any notification of this episode? */
  readonly told: boolean;
}

export function receiversOf(alert: AlertRow, rows: LedgerRows): Receiver[] {
  const ids = JSON.parse(alert.groups) as string[];
  if (ids.length === 0) return [nobody(alert)];
  return ids.flatMap((id) => {
    const group = rows.groups.find((row) => row.id === id);
    if (group === undefined) return [unborn(id)];
    return linesOf(group, rows.decisions, rows.deliveries).map((line) => {
      const deliveries = rows.deliveries.filter((row) => row.group_id === id && lineOf(row) === line);
      return judge({
        alert,
        group,
        line,
        taken: rows.taken,
        member: rows.members.find((row) => row.group_id === id) ?? null,
        hold: rows.holds.find((row) => row.group_id === id && row.until === null) ?? null,
        decision: rows.decisions.find((row) => row.group_id === id && row.channel === line) ?? null,
        all: rows.deliveries,
        tellings: deliveries.filter(({ created_at }) => created_at >= alert.opened_at),
      });
    });
  });
}

function judge(facts: Facts): Receiver {
  const { line, group, tellings } = facts;
  const [last] = tellings;
  const found = last === undefined ? untold(facts) : toldBy(last, facts);
  const told = tellings.some((row) => isDelivered(row, facts.all));
  return { ...readLineName(line), group: group.id, told, notificationId: null, attempts: 0, ...found };
}

const NO_RECEIVER = {
  channel: null,
  recipient: null,
  group: null,
  told: false,
  notificationId: null,
  attempts: 0,
} as const;

/** What was decided stands in the journal of its partition, and its group has not taken it in yet. */
function unborn(group: string): Receiver {
  const answer = 'nobody is told yet: it is on its way to its group';
  return { ...NO_RECEIVER, group, verdict: 'waiting', at: null, answer, reasons: [] };
}

function nobody(alert: AlertRow): Receiver {
  const reasons = reasonsIn(alert);
  const isDropped = alert.status === 'suppressed';
  const why = isDropped ? reasons.slice(0, 1) : reasons.filter(({ code }) => code.startsWith('route.'));
  const by = why.map(({ detail }) => detail).join('; ');
  const answer = `nobody is told: ${isDropped ? `dropped by ${by}` : 'no route of its tenant matches it'}`;
  const at = time(isDropped ? alert.last_seen : alert.opened_at);
  return { ...NO_RECEIVER, verdict: isDropped ? 'dropped' : 'no-route', at, answer, reasons: why };
}
