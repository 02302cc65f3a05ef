/** What a person may do to an alert, by its phase. */

import { alertKey } from './alert.ts';
import {
  type AlertDecision,
  type AlertState,
  type AnsweredCommand,
  alertOf,
  isActive,
  tellEnd,
} from './alert-state.ts';
import type { CommandEntry } from './entry.ts';
import { reason } from './reason.ts';

export function decideCommand(state: AlertState | null, entry: CommandEntry, now: number): AlertDecision {
  if (state === null) return refuse(entry, 404, 'no such alert is known', now);
  const { action } = entry;
  switch (action) {
    case 'acknowledge':
      if (state.phase !== 'firing') return refuse(entry, 409, `it is ${state.phase}; only a firing alert`, now);
      return carryOut(state, entry, 'alert.acknowledged', now);
    case 'close':
      if (!isActive(state)) return refuse(entry, 409, `it is ${state.phase} already`, now);
      return carryOut(state, entry, 'alert.closed', now);
    default:
      return action satisfies never;
  }
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
    events: [{ type, key: alertKey(tenant, fingerprint), at: now, command, by, comment, reasons }],
    effects: type === 'alert.closed' ? tellEnd(state, alertOf(state, 'resolved', now)) : [],
    reply: { ok: true, status: 200, reasons },
  };
}

function refuse(entry: CommandEntry, status: 404 | 409, why: string, now: number): AlertDecision {
  const { tenant, fingerprint, id: command, action } = entry;
  const reasons = [reason('command.refused', `${action}: ${why}`)];
  return {
    events: [{ type: 'command.refused', key: alertKey(tenant, fingerprint), at: now, command, reasons }],
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
