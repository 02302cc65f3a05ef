/**
 * The life of one alert. Every report leads to exactly one event with its cause.
 *
 *   phase         | firing report            | resolved report     | time passes                 | acknowledge  | snooze      | close
 *   --------------|--------------------------|---------------------|-----------------------------|--------------|-------------|-------
 *   none          | firing (opened)          | ignored (unknown)   |                             | refused 404  | refused 404 | refused 404
 *   firing        | repeated or updated      | resolved            | resolved (expired), aged    | acknowledged | firing      | closed
 *   acknowledged  | repeated or updated      | resolved            | resolved (expired), aged    | refused 409  | firing      | closed
 *   resolved,aged | firing (reopened)        | ignored (ended)     | none (forgotten)            | refused 409  | refused 409 | refused 409
 *   closed        | repeated; a later start: | ignored (ended)     | none (forgotten)            | refused 409  | refused 409 | refused 409
 *                 | firing (reopened)        |                     |                             |              |             |
 *
 * Where nothing fires, a Filter may drop a firing report: it is suppressed, and the phase stays as it is (meaning.ts).
 *
 * A snoozed alert is a firing one that its groups hold back until a time (hold.ts).
 *
 * A resolved report that ends before the present episode began is ignored (stale).
 */

import { type Alert, alertKey } from './alert.ts';
import { decideCommand, rememberedReply } from './alert-command.ts';
import { countOnly, repeat } from './alert-repeat.ts';
import {
  type AlertDecision,
  type AlertState,
  alertOf,
  inhibits,
  inhibitsNoMore,
  isActive,
  tellEnd,
} from './alert-state.ts';
import { decideAlertTick } from './alert-tick.ts';
import type { CommandEntry, GroupEntry } from './entry.ts';
import type { Cause, Routing } from './event.ts';
import { seenLabels } from './hold.ts';
import { decideMeaning } from './meaning.ts';
import { knownAttributes } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { withFields, withLabels } from './stored-alert.ts';

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
  const { dropped, routing, reasons } = decideMeaning(alert, policy, now);
  if (dropped) return suppress(alert, routing, reasons, cause, now);
  const opened = reason(state === null ? 'alert.opened' : 'alert.reopened');
  const episode = state === null ? 1 : state.episode + 1;
  const own = ownContent(alert, routing);
  const content = routing.shown === undefined ? own : withLabels(own, routing.shown);
  return {
    events: [
      { type: 'alert.opened', key, at: now, cause, alert: own, routing, episode, reasons: [opened, ...reasons] },
    ],
    effects: routing.groups.map((group): GroupEntry => ({ kind: 'group', group, alert: content })),
    ...(routing.inhibits === true ? inhibits(alert, seenLabels(content)) : {}),
  };
}

/** No state remembers it: reported a thousand times, it is judged a thousand times, and takes no memory. */
function suppress(
  { labels, startsAt, source, tenant, fingerprint }: Alert,
  routing: Routing,
  reasons: readonly Reason[],
  cause: Cause,
  now: number,
): AlertDecision {
  const key = alertKey(tenant, fingerprint);
  const alert = { labels, startsAt, source };
  return { events: [{ type: 'alert.suppressed', key, at: now, cause, alert, routing, reasons }], effects: [] };
}

/** As groups and receivers see it. */
/** With what was decided about it, and the labels that it came with. */
function ownContent(alert: Alert, routing: Routing): GroupedAlert {
  const { environment, priority } = routing;
  return withFields(alert, { environment, priority, ...knownAttributes(routing) });
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
    ...inhibitsNoMore(state),
  };
}

function reasonToIgnore(state: AlertState | null, endsAt: number): ReasonCode | null {
  if (state === null) return 'alert.unknown';
  if (!isActive(state)) return 'alert.already-ended';
  return endsAt < state.startsAt ? 'alert.stale' : null;
}
