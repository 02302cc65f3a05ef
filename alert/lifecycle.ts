/**
 * The life of one alert. Every report leads to exactly one event with its cause.
 *
 *   phase         | firing report            | resolved report     | time passes                 | acknowledge  | close
 *   --------------|--------------------------|---------------------|-----------------------------|--------------|-------
 *   none          | firing (opened)          | ignored (unknown)   |                             | refused 404  | refused 404
 *   firing        | repeated or updated      | resolved            | resolved (expired), aged    | acknowledged | closed
 *   acknowledged  | repeated or updated      | resolved            | resolved (expired), aged    | refused 409  | closed
 *   resolved,aged | firing (reopened)        | ignored (ended)     | none (forgotten)            | refused 409  | refused 409
 *   closed        | repeated; a later start: | ignored (ended)     | none (forgotten)            | refused 409  | refused 409
 *                 | firing (reopened)        |                     |                             |              |
 *
 * A resolved report that ends before the present episode began is ignored (stale).
 */

import { type Alert, alertKey } from './alert.ts';
import { decideCommand, rememberedReply } from './alert-command.ts';
import { type AlertDecision, type AlertState, alertOf, isActive, tellEnd } from './alert-state.ts';
import { decideAlertTick } from './alert-tick.ts';
import type { CommandEntry, GroupEntry, GroupRef } from './entry.ts';
import type { Cause } from './event.ts';
import { sameLabels } from './label-order.ts';
import type { Policy } from './policy.ts';
import { type ReasonCode, reason } from './reason.ts';
import { decideRouting, type RoutingDecision } from './routing.ts';

export { evolveAlert } from './alert-evolve.ts';
export type { AlertState } from './alert-state.ts';
export { alertDueAt, FORGET_AFTER } from './alert-tick.ts';

export type AlertCommand =
  | { readonly kind: 'report'; readonly alert: Alert; readonly cause: Cause }
  | { readonly kind: 'command'; readonly entry: CommandEntry }
  | { readonly kind: 'tick' };

export function decideAlert(
  state: AlertState | null,
  command: AlertCommand,
  now: number,
  policy: Policy,
): AlertDecision {
  switch (command.kind) {
    case 'report':
      return command.alert.status === 'firing'
        ? decideFiring(state, command.alert, command.cause, now, policy)
        : decideResolved(state, command.alert, command.cause, now);
    case 'command':
      return rememberedReply(state, command.entry.id) ?? decideCommand(state, command.entry, now);
    case 'tick':
      return decideAlertTick(state, now, policy);
    default:
      return command satisfies never;
  }
}

function decideFiring(
  state: AlertState | null,
  alert: Alert,
  cause: Cause,
  now: number,
  policy: Policy,
): AlertDecision {
  if (state === null) return open(null, alert, cause, now, policy);
  if (isActive(state)) return repeat(state, alert, cause, now, policy);
  const closedBefore = state.phase === 'closed' && alert.startsAt <= state.startsAt;
  return closedBefore ? countOnly(state, alert, cause, now) : open(state, alert, cause, now, policy);
}

function open(state: AlertState | null, alert: Alert, cause: Cause, now: number, policy: Policy): AlertDecision {
  const key = alertKey(alert.tenant, alert.fingerprint);
  const { routing, reasons } = decideRouting(alert, policy);
  const opened = reason(state === null ? 'alert.opened' : 'alert.reopened');
  const episode = state === null ? 1 : state.episode + 1;
  const { environment, priority } = routing;
  const content = { ...alert, environment, priority };
  return {
    events: [{ type: 'alert.opened', key, at: now, cause, alert, routing, episode, reasons: [opened, ...reasons] }],
    effects: routing.groups.map((group): GroupEntry => ({ kind: 'group', group, alert: content })),
  };
}

const REPEATED = [reason('alert.repeated')];
const UPDATED = [reason('alert.updated')];

function countOnly(state: AlertState, alert: Alert, cause: Cause, now: number): AlertDecision {
  const key = alertKey(state.tenant, state.fingerprint);
  const occurrences = state.occurrences + 1;
  const endsAt = alert.endsAt;
  return {
    events: [{ type: 'alert.repeated', key, at: now, cause, occurrences, endsAt, routing: null, reasons: REPEATED }],
    effects: [],
  };
}

function repeat(state: AlertState, alert: Alert, cause: Cause, now: number, policy: Policy): AlertDecision {
  const changed = alert.generatorURL !== state.generatorURL || !sameLabels(alert.annotations, state.annotations);
  if (!changed && state.policy === policy.hash) return countOnly(state, alert, cause, now);

  const again = state.policy === policy.hash ? null : decideRouting(state, policy);
  const routing = again?.routing ?? null;
  const report = { key: alertKey(state.tenant, state.fingerprint), at: now, cause, routing };
  const { annotations, generatorURL, endsAt } = alert;
  const occurrences = state.occurrences + 1;
  const reasons = [...(changed ? UPDATED : REPEATED), ...(again?.reasons ?? [])];
  return {
    events: [
      changed
        ? { type: 'alert.updated', ...report, occurrences, endsAt, annotations, generatorURL, reasons }
        : { type: 'alert.repeated', ...report, occurrences, endsAt, reasons },
    ],
    effects: tellAgain(state, { annotations, generatorURL, endsAt }, changed, again),
  };
}

type Content = Pick<Alert, 'annotations' | 'generatorURL' | 'endsAt'>;

/**
 * New content goes to all groups that it is in; a new policy's routing only to those that do not know it, or that know it
 * otherwise. Former groups are left in peace until it ends: their timing is of an old policy.
 */
function tellAgain(
  state: AlertState,
  content: Content,
  changed: boolean,
  again: RoutingDecision | null,
): readonly GroupEntry[] {
  const { environment, priority, groups } = again?.routing ?? state;
  const alert = { ...alertOf(state, 'firing', content.endsAt), ...content, environment, priority };
  const all = changed || environment !== state.environment || priority !== state.priority;
  const told = all ? groups : groups.filter((group) => !state.groups.some((known) => sameRef(known, group)));
  return told.map((group): GroupEntry => ({ kind: 'group', group, alert }));
}

/** A group whose timing or channels were changed must hear of it, or it would go on telling the old ones. */
function sameRef(a: GroupRef, b: GroupRef): boolean {
  if (a.id !== b.id) return false;
  const { timing: x } = a;
  const { timing: y } = b;
  if (x === y) return true;
  return (
    x.groupWait === y.groupWait &&
    x.groupInterval === y.groupInterval &&
    x.repeatInterval === y.repeatInterval &&
    x.channels.length === y.channels.length &&
    x.channels.every((channel, i) => channel === y.channels[i])
  );
}

function decideResolved(state: AlertState | null, alert: Alert, cause: Cause, now: number): AlertDecision {
  const key = alertKey(alert.tenant, alert.fingerprint);
  const endsAt = alert.endsAt ?? now;
  const ignored = reasonToIgnore(state, endsAt);
  if (state === null || ignored !== null) {
    const reasons = [reason(ignored ?? 'alert.unknown')];
    return { events: [{ type: 'alert.ignored', key, at: now, cause, reasons }], effects: [] };
  }
  // Some senders say no more than that it ended: then the content as it was.
  const annotations = Object.keys(alert.annotations).length > 0 ? alert.annotations : state.annotations;
  const reasons = [reason('alert.resolved')];
  return {
    events: [{ type: 'alert.resolved', key, at: now, cause, endsAt, annotations, reasons }],
    effects: tellEnd(state, { ...alertOf(state, 'resolved', endsAt), annotations }),
  };
}

function reasonToIgnore(state: AlertState | null, endsAt: number): ReasonCode | null {
  if (state === null) return 'alert.unknown';
  if (!isActive(state)) return 'alert.already-ended';
  return endsAt < state.startsAt ? 'alert.stale' : null;
}
