/**
 * The life of one group, as Alertmanager's aggregation group has it (dispatch/dispatch.go).
 *
 *   state    | alert joins                          | its time comes
 *   ---------|--------------------------------------|----------------------------------------------------------
 *   none     | waiting, due after group_wait, or at |
 *            | once if the alert is older than that |
 *   waiting  | waiting, due at once if old          | flushed: each channel is decided on (flush.ts)
 *   flushed  | flushed, due at the next interval    | flushed, due when it is to be repeated; none once it is empty
 *
 * Alertmanager flushes at every group_interval and mostly finds nothing to tell. Here those flushes that can find nothing are
 * left out (next-flush.ts): what is told, and when, is the same, and an idle group costs nothing. A group of which something is
 * held back, or that nobody takes on (escalate.ts), is looked at again at every group_interval, for holds begin and end without
 * a word to the group; where nothing has changed the look leaves no event. That somebody took on what fires is told between flushes
 * as well (taken-on.ts).
 *
 * Joining never flushes: it sets a time that may already have come, and the shell sends a tick when the frame is done.
 */

import type { GroupEntry, GroupRef, NotificationEntry, UndeliveredEntry } from './entry.ts';
import { escalationAfterJoin } from './escalate-join.ts';
import { escalationAfterLoss } from './escalate-undelivered.ts';
import { evolveEscalation } from './escalation-state.ts';
import type { GroupEvent } from './event.ts';
import { flushGroup } from './flush.ts';
import { withEscalation } from './flush-escalation.ts';
import { passAfterJoin } from './flush-pass.ts';
import { alertIn, type GroupState, hasAlert, putAlert, toldByLine } from './group-state.ts';
import { heldAfter } from './held.ts';
import type { HoldsState } from './holds-state.ts';
import { lineName } from './line-name.ts';
import { lookAtGroup } from './look.ts';
import { type Told, wasToldFiring } from './needs-update.ts';
import { nextInterval } from './next-flush.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { takenDueAfterJoin } from './taken-on.ts';

export type { GroupState } from './group-state.ts';

export type GroupCommand =
  | { readonly kind: 'insert'; readonly entry: GroupEntry }
  | { readonly kind: 'undelivered'; readonly entry: UndeliveredEntry }
  | { readonly kind: 'tick' };

export interface GroupDecision {
  readonly events: readonly GroupEvent[];
  readonly effects: readonly NotificationEntry[];
  /** A look at what is held back that changed nothing, and is worth no event: when to look again. Unix time in milliseconds. */
  readonly quietUntil?: number;
}

const NOTHING: GroupDecision = { events: [], effects: [] };

/**
 * `position` becomes part of notification ids, behind the time, where the group is new: unique per input of one stream. The
 * journal has both, so a replay makes the same. `holds`: what is known of the tenant's silences and inhibiting alerts.
 * `quietUntil`: as its last decision said, where that changed nothing.
 */
export function decideGroup(
  state: GroupState | null,
  command: GroupCommand,
  now: number,
  policy: Policy,
  position: string,
  holds: HoldsState | null = null,
  quietUntil = 0,
): GroupDecision {
  switch (command.kind) {
    case 'insert':
      return insert(state, command.entry, now, policy, position, quietUntil);
    case 'undelivered': {
      const event = state === null ? null : escalationAfterLoss(state, command.entry, now, policy);
      return event === null ? NOTHING : { events: [event], effects: [] };
    }
    case 'tick':
      if (state === null || now < groupDueAt(state)) return NOTHING;
      return now < state.dueAt ? lookAtGroup(state, now, policy, holds) : flushGroup(state, now, policy, holds);
    default:
      return command satisfies never;
  }
}

function insert(
  state: GroupState | null,
  entry: GroupEntry,
  now: number,
  policy: Policy,
  position: string,
  quietUntil: number,
): GroupDecision {
  const { alert } = entry;
  if (alert.status === 'resolved' && !awaitsEnd(state, alert.fingerprint)) return NOTHING;
  // What fires was routed by the newest policy. What ends may carry the timing of an old one.
  const group = alert.status === 'resolved' && state !== null ? state.group : entry.group;
  // A position comes again where NATS has lost its streams; a time does not.
  const born = state?.born ?? `${now.toString(36)}-${position}`;
  const dueAt = dueAfterInsert(state, group, alert, now, quietUntil);
  const change = state?.group === group ? null : group;
  const taken = state === null ? null : takenDueAfterJoin(state, alert, now, policy);
  const joined: GroupEvent = {
    ...{ type: 'group.joined', key: group.id, at: now, born, group: change, alert, dueAt },
    ...(taken === null ? {} : { takenDueAt: taken }),
  };
  const escalation = state === null ? null : escalationAfterJoin(state, alert, now, policy);
  return { events: escalation === null ? [joined] : [joined, escalation], effects: [] };
}

/** Nobody can be told the end of what nobody is, or will be, told the beginning of. */
function awaitsEnd(state: GroupState | null, fingerprint: string): boolean {
  if (state === null) return false;
  return hasAlert(state, fingerprint) || state.told.some((told) => wasToldFiring(told, fingerprint));
}

function dueAfterInsert(
  state: GroupState | null,
  group: GroupRef,
  alert: GroupedAlert,
  now: number,
  quietUntil: number,
): number {
  const { groupWait, groupInterval } = group.timing;
  if (state !== null && state.flushedAt !== null) {
    // Somebody has just decided that it is to be told.
    if (isLetGo(state, alert)) return Math.min(state.dueAt, now);
    // A look that changed nothing has come since, and has left the time of before: what is past is not due at once.
    return Math.min(Math.max(state.dueAt, quietUntil), nextInterval(state.flushedAt, groupInterval, now));
  }
  if (alert.startsAt + groupWait < now) return Math.min(state?.dueAt ?? now, now);
  return Math.min(state?.dueAt ?? Number.POSITIVE_INFINITY, now + groupWait);
}

function isLetGo(state: GroupState, { fingerprint, awaiting, status }: GroupedAlert): boolean {
  const waited = alertIn(state, fingerprint)?.awaiting !== undefined;
  return waited && awaiting === undefined && status === 'firing';
}

export function groupDueAt({ dueAt, escalation, takenDueAt }: GroupState): number {
  return Math.min(dueAt, escalation?.lookAt ?? dueAt, takenDueAt ?? dueAt);
}

/** Changes the alerts of `state` in place (see group-state.ts). */
export function evolveGroup(state: GroupState | null, event: GroupEvent): GroupState | null {
  switch (event.type) {
    case 'group.joined': {
      const { born, dueAt, alert } = event;
      const group = event.group ?? state?.group;
      if (group === undefined) return null;
      const alerts = state?.alerts ?? [];
      putAlert(alerts, alert);
      if (state === null) return { born, group, alerts, told: [], flushedAt: null, dueAt };
      const pass = state.pass === undefined ? {} : { pass: passAfterJoin(state.pass, alert) };
      const taken = event.takenDueAt === undefined ? {} : { takenDueAt: event.takenDueAt };
      return { ...state, born, group, alerts, dueAt, ...taken, ...pass };
    }
    case 'group.flushed':
      return state === null || event.dueAt === null ? null : flushed(state, event, event.dueAt);
    case 'group.escalation':
    case 'group.escalated':
      return state === null ? null : withEscalation(state, evolveEscalation(state.escalation, event));
    default:
      return event satisfies never;
  }
}

type Flushed = Extract<GroupEvent, { type: 'group.flushed' }>;

function flushed({ pass: _, takenDueAt, ...state }: GroupState, event: Flushed, dueAt: number): GroupState {
  const gone = new Set(event.left);
  const alerts = gone.size === 0 ? state.alerts : state.alerts.filter((alert) => !gone.has(alert.fingerprint));
  const told = new Map(toldByLine(state));
  for (const decision of event.decisions) {
    const { channel, recipient, notificationId, count, firing, resolved, owed, acknowledged } = decision;
    const name = lineName(decision);
    const before: Told | undefined = told.get(name);
    const at = notificationId === null ? (before?.at ?? event.at) : event.at;
    const to = recipient === undefined ? { channel } : { channel, recipient };
    const left = { ...(owed === undefined ? {} : { owed }), ...(acknowledged === undefined ? {} : { acknowledged }) };
    told.set(name, { ...to, count, firing, resolved, at, ...left });
  }
  const { holds, unreached, pass } = event;
  const flushedAt = event.aside === true ? state.flushedAt : event.at;
  const held = holds === undefined ? {} : { held: heldAfter(state.held ?? [], holds, event.at), untold: holds.untold };
  const more = { ...(unreached === undefined ? {} : { unreached }), ...(pass === undefined ? {} : { pass }) };
  // Whoever was to hear of it has been decided on, unless this was about others.
  const taken = event.aside === true && takenDueAt !== undefined && takenDueAt > event.at ? { takenDueAt } : {};
  return { ...state, alerts, told: [...told.values()], flushedAt, dueAt, ...held, ...more, ...taken };
}
