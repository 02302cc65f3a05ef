/** What a person may do to an alert, by its phase. */

import { alertKey } from './alert.ts';
import {
  type AlertDecision,
  type AlertState,
  type AnsweredCommand,
  alertOf,
  inhibitsNoMore,
  openSpan,
  tellEnd,
} from './alert-state.ts';
import { approvalProblem, concludeApproval, isWaiting } from './approval.ts';
import type { CommandEntry, GroupEntry } from './entry.ts';
import { reason } from './reason.ts';
import { formerThatGoOn } from './reroute.ts';
import { phaseAfter } from './transition.ts';

export function decideCommand(state: AlertState | null, entry: CommandEntry, now: number): AlertDecision {
  const { action } = entry;
  if (action === 'comment') return comment(state, entry, now);
  if (state === null) return refuse(entry, 404, 'no such alert is known', now);
  switch (action) {
    case 'acknowledge':
      if (phaseAfter(state.phase, 'alert.acknowledged') === null)
        return refuse(entry, 409, `it is ${state.phase}; only a firing alert`, now);
      return carryOut(state, entry, 'alert.acknowledged', now);
    case 'snooze':
      return snooze(state, entry, now);
    case 'close':
      if (phaseAfter(state.phase, 'alert.closed') === null)
        return refuse(entry, 409, `it is ${state.phase} already`, now);
      return carryOut(state, entry, 'alert.closed', now);
    case 'approve':
    case 'reject':
      return approve(state, entry, action, now);
    default:
      return action satisfies never;
  }
}

/** In every phase, and of an alert that the archive alone still knows: often the reason shows when all is over. */
function comment(state: AlertState | null, entry: CommandEntry, now: number): AlertDecision {
  const { tenant, fingerprint, id: command, by, comment: text, known } = entry;
  if (state === null && known !== true) return refuse(entry, 404, 'no such alert is known', now);
  if (text.trim() === '') return refuse(entry, 422, 'there is nothing in it', now);
  const reasons = [reason('alert.commented', `by ${by}`)];
  const key = alertKey(tenant, fingerprint);
  return {
    events: [{ type: 'alert.commented', key, at: now, command, by, comment: text, reasons }],
    effects: [],
    reply: { ok: true, status: 200, reasons },
  };
}

function approve(state: AlertState, entry: CommandEntry, verdict: 'approve' | 'reject', now: number): AlertDecision {
  const problem = approvalProblem(state, entry);
  if (problem !== null || !isWaiting(state)) return refuse(entry, problem?.status ?? 409, problem?.why ?? '', now);
  const { reasons, ...concluded } = concludeApproval(state, verdict, entry, now);
  return { ...concluded, reply: { ok: true, status: 200, reasons } };
}

function carryOut(
  state: AlertState,
  entry: CommandEntry,
  type: 'alert.acknowledged' | 'alert.closed',
  now: number,
): AlertDecision {
  const { tenant, fingerprint, id: command, by, comment } = entry;
  const reasons = [reason(type, `by ${by}`)];
  return {
    events: [
      { type, key: alertKey(tenant, fingerprint), at: now, ...openSpan(state, now), command, by, comment, reasons },
    ],
    ...(type === 'alert.closed'
      ? { effects: tellEnd(state, alertOf(state, 'resolved', now)), ...inhibitsNoMore(state) }
      : { effects: tellGroups(takenOn(state, by)) }),
    reply: { ok: true, status: 200, reasons },
  };
}

/** As with silences, any time that can be written in RFC 3339. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function snooze(state: AlertState, entry: CommandEntry, now: number): AlertDecision {
  const { tenant, fingerprint, id: command, by, comment, until = 0 } = entry;
  if (phaseAfter(state.phase, 'alert.snoozed') === null) return refuse(entry, 409, `it is ${state.phase} already`, now);
  if (until <= now) return refuse(entry, 422, `until ${iso(until)} is not in the future`, now);
  if (until > LAST_TIME) return refuse(entry, 422, `until ${iso(until)} is after the year 9999`, now);
  const reasons = [reason('alert.snoozed', `by ${by} until ${iso(until)}`)];
  const key = alertKey(tenant, fingerprint);
  return {
    events: [{ type: 'alert.snoozed', key, at: now, command, by, comment, until, reasons }],
    effects: tellGroups({ ...state, phase: 'firing', snoozedUntil: until }),
    reply: { ok: true, status: 200, reasons },
  };
}

/** Whoever takes on what was put off ends that. */
function takenOn({ snoozedUntil: _, ...state }: AlertState, acknowledgedBy: string): AlertState {
  return { ...state, phase: 'acknowledged', acknowledgedBy };
}

function tellGroups(state: AlertState): readonly GroupEntry[] {
  const alert = alertOf(state, 'firing', state.endsAt);
  return [...state.groups, ...formerThatGoOn(state)].map((group) => ({ kind: 'group', group, alert }));
}

function iso(time: number): string {
  return new Date(Math.max(-8.64e15, Math.min(time, 8.64e15))).toISOString();
}

function refuse(entry: CommandEntry, status: 403 | 404 | 409 | 422, why: string, now: number): AlertDecision {
  const { tenant, fingerprint, id: command, action } = entry;
  const reasons = [reason('command.refused', `${action}: ${why}`)];
  const refused = { type: 'command.refused' as const, ...(status === 422 || status === 403 ? { status } : {}) };
  return {
    events: [{ ...refused, key: alertKey(tenant, fingerprint), at: now, command, reasons }],
    effects: [],
    reply: { ok: false, status, reasons },
  };
}

/** The answer that the same command got before, without a second event. */
export function rememberedReply(state: AlertState | null, id: string): AlertDecision | null {
  const before = state?.commands.find((command) => command.id === id);
  if (before === undefined) return null;
  const { status, reasons } = before;
  return { events: [], effects: [], reply: { ok: status === 200, status, reasons } };
}

const REMEMBERED = 8;

export function rememberCommand(state: AlertState, command: AnsweredCommand): readonly AnsweredCommand[] {
  return [...state.commands.slice(-(REMEMBERED - 1)), command];
}
