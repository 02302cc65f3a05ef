/**
 * Why was I, or was I not, told of this alert? One answer for each receiver: a channel, or a recipient by it, of a group that the alert entered, or
 * nobody where it entered none. It is about the present episode. Pure.
 *
 *   told        the channel accepted a notification that says so, the newest one; an audience: for every member
 *   counted     it is counted in a notification that has no room to list it; an audience: some members are told
 *   on-its-way  a notification is made, and its channel has not accepted it yet
 *   retrying    an attempt failed in a way that may pass
 *   uncertain   whether the channel accepted it is not known
 *   diverted    its channel could not tell it, or only hands on: another one was asked
 *   dead-letter the channel refused it, or there is none: a person must decide
 *   held        it is held back, and kept
 *   waiting     its group has not decided about it yet
 *   not-told    its group decided that there is nothing to tell
 *   dropped     a rule drops it
 *   no-route    no route matches it
 */

import { readLineName } from '../../alert/line-name.ts';
import { REASONS } from '../../alert/reason.ts';
import { countsIn } from '../project/member.ts';
import type { AlertRow, DecisionRow, GroupMemberRow, GroupRow, HoldRow } from '../schema.ts';
import { heldIn } from './ledger.ts';
import type { LedgerRows, Telling } from './ledger-rows.ts';
import { lineOf, linesOf } from './lines.ts';
import { time } from './query.ts';

export const VERDICTS = [
  'told',
  'counted',
  'on-its-way',
  'retrying',
  'uncertain',
  'diverted',
  'dead-letter',
  'held',
  'waiting',
  'not-told',
  'dropped',
  'no-route',
] as const;

interface Why {
  readonly code: string;
  readonly detail: string;
}

export interface Receiver {
  /** null: nobody, or no channel reaches the recipient. */
  readonly channel: string | null;
  /** `user/alice`; null: the channel itself. */
  readonly recipient: string | null;
  /** The group's id. */
  readonly group: string | null;
  readonly verdict: (typeof VERDICTS)[number];
  /** Has it accepted any notification of this episode? */
  readonly told: boolean;
  /** When that came to be; RFC 3339. null: it has not been decided yet. */
  readonly at: string | null;
  /** The whole answer in a line, for a person. */
  readonly answer: string;
  readonly notificationId: string | null;
  readonly attempts: number;
  readonly reasons: readonly Why[];
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

/** What is known of one receiver. */
interface Facts {
  readonly alert: AlertRow;
  readonly group: GroupRow;
  /** Name of the line (alert/line-name.ts). */
  readonly line: string;
  readonly taken: LedgerRows['taken'];
  readonly member: GroupMemberRow | null;
  /** That lasts. */
  readonly hold: HoldRow | null;
  /** The newest. */
  readonly decision: DecisionRow | null;
  /** Newest first. */
  readonly tellings: readonly Telling[];
  /** Of every group and channel. */
  readonly all: readonly Telling[];
}

type Found = Pick<Receiver, 'verdict' | 'at' | 'answer' | 'reasons'> &
  Partial<Pick<Receiver, 'notificationId' | 'attempts'>>;

function judge(facts: Facts): Receiver {
  const { line, group, tellings } = facts;
  const [last] = tellings;
  const found = last === undefined ? untold(facts) : toldBy(last, facts);
  const told = tellings.some((row) => isDelivered(row, facts.all));
  return { ...readLineName(line), group: group.id, told, notificationId: null, attempts: 0, ...found };
}

/** Itself, or the bundle that it became. */
function isDelivered({ state, went_on_as, audience }: Telling, all: readonly Telling[]): boolean {
  const counts = countsIn({ audience });
  if (counts !== null) return (counts.delivered ?? 0) > 0;
  if (state !== 'bundled') return state === 'delivered';
  const bundle = all.find((row) => row.notification_id === went_on_as);
  return bundle !== undefined && isDelivered(bundle, all);
}

function toldBy(last: Telling, facts: Facts): Found {
  const what = whatOf(last, facts);
  const reasons = reasonsIn(last);
  const why = explained(reasons);
  const of = { at: time(last.updated_at), notificationId: last.notification_id, attempts: last.attempts, reasons };
  const tries = last.attempts > 1 ? ` at attempt ${last.attempts}` : '';
  switch (last.state) {
    case 'delivered':
      return {
        ...of,
        verdict: 'told',
        answer: `told ${what} at ${clock(last.updated_at)}${tries}${since(last, facts)}`,
      };
    case 'queued':
      if (last.not_before === null)
        return { ...of, verdict: 'on-its-way', answer: `about to be told ${what}: waits in the queue of its channel` };
      return {
        ...of,
        verdict: 'retrying',
        answer: `not told yet ${what}: attempt ${last.attempts} failed, the next is at ${clock(last.not_before)}: ${why}`,
      };
    case 'attempting':
      return { ...of, verdict: 'on-its-way', answer: `being told ${what}${tries} since ${clock(last.updated_at)}` };
    case 'uncertain':
      return { ...of, verdict: 'uncertain', answer: `perhaps told ${what}: ${why}` };
    case 'dead':
      return {
        ...of,
        verdict: 'dead-letter',
        answer: `not told ${what}: dead letter ${last.dead_letter_id ?? ''} since ${clock(last.updated_at)}: ${why}`,
      };
    case 'diverted':
      return { ...of, verdict: 'diverted', answer: `not told ${what} by it: ${why}` };
    case 'bundled': {
      const bundle = facts.all.find((row) => row.notification_id === last.went_on_as);
      const answer = `told ${what} in a bundle: ${why}`;
      // A bundle has its own size: it may have no room to list this alert.
      if (bundle === undefined) return { ...of, verdict: 'counted', answer };
      const found = toldBy(bundle, facts);
      return { ...found, answer: `${found.answer}; in a bundle` };
    }
    case 'expanding':
      return { ...of, verdict: 'on-its-way', answer: `being told ${what}: ${summed(last)}` };
    case 'expanded': {
      const { told, delivered = 0 } = countsIn(last) ?? { told: 0 };
      const verdict = delivered === told ? 'told' : delivered > 0 ? 'counted' : 'on-its-way';
      return { ...of, verdict, answer: `told ${what}: ${summed(last)}${since(last, facts)}` };
    }
    default:
      return last.state satisfies never;
  }
}

function whatOf(last: Telling, { decision }: Facts): string {
  if (last.said === 'resolved') return 'that it ended';
  const isTaking = decision?.notification_id === last.notification_id && isAcknowledged(reasonsIn(decision));
  return isTaking ? 'that somebody took it on' : 'that it fires';
}

function isAcknowledged(reasons: readonly Why[]): boolean {
  return reasons.some(({ code }) => code === 'group.acknowledged');
}

/** Of an audience: `1000 of its recipients so far: 998 delivered, 2 dead`. */
function summed(last: Telling): string {
  const { told, ...states } = countsIn(last) ?? { told: 0 };
  const parts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  return `${told} of its recipients${last.state === 'expanding' ? ' so far' : ''}: ${parts.join(', ')}`;
}

/** What keeps the receiver from hearing more than that. */
function since(last: Telling, { alert, group, hold, decision }: Facts): string {
  if (hold !== null) return `; held back since ${clock(hold.since)}: ${explained([hold])}`;
  const isOver = alert.ended_at !== null && last.said === 'firing';
  if (!isOver) return '';
  if (decision === null || decision.at < alert.ended_at!)
    return group.next_flush === null ? '' : `; of its end at ${clock(group.next_flush)}`;
  return decision.notification_id === null ? `; not told of its end: ${explained(reasonsIn(decision))}` : '';
}

/** No notification of this episode names it, as far as its channel knows. */
function untold({ alert, group, hold, decision, member, taken }: Facts): Found {
  if (hold !== null) {
    const held = { code: hold.code, detail: hold.detail };
    const answer = `not told: held back since ${clock(hold.since)}: ${explained([held])}`;
    return { verdict: 'held', at: time(hold.since), answer, reasons: [held] };
  }
  const isLater = decision !== null && member !== null && member.at > decision.at;
  if (decision === null || isLater) return waiting(group);
  const { notification_id } = decision;
  const held = heldIn(decision, alert.fingerprint);
  const reasons = [...(held === null ? [] : [held]), ...reasonsIn(decision)];
  const of = { at: time(decision.at), reasons, notificationId: notification_id };
  if (notification_id === null || held !== null) {
    const why = explained(held === null ? reasons : [held]);
    return { ...of, verdict: 'not-told', notificationId: null, answer: `not told: ${why}` };
  }
  const state = taken.get(notification_id);
  if (state === undefined)
    return { ...of, verdict: 'on-its-way', answer: `about to be told: handed to its channel at ${clock(decision.at)}` };
  // Made in the very millisecond in which the alert joined, and before it did.
  if (state === 'whole') return waiting(group);
  const answer = `told at ${clock(decision.at)} of its group, in a notification that has no room to list it`;
  return { ...of, verdict: 'counted', answer };
}

function waiting({ next_flush }: GroupRow): Found {
  if (next_flush === null) return { verdict: 'not-told', at: null, answer: NOTHING_TO_TELL, reasons: [] };
  const answer = `not told yet: its group is looked at next at ${clock(next_flush)}`;
  return { verdict: 'waiting', at: null, answer, reasons: [] };
}

const NOTHING_TO_TELL = 'not told: its group ended with nothing to tell';
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

function reasonsIn(row: { readonly reasons: string }): Why[] {
  return JSON.parse(row.reasons) as Why[];
}

/** What the code means, and the values that led to it. */
export function explained(reasons: readonly Why[]): string {
  return reasons
    .map(({ code, detail }) => {
      const meaning: string = (REASONS as Readonly<Record<string, string>>)[code] ?? code;
      return detail === '' || detail === meaning ? meaning : `${meaning} (${detail})`;
    })
    .join('; ');
}

/** To the second: an answer is read, not computed with. */
function clock(at: number): string {
  return `${time(at).slice(0, 19)}Z`;
}
