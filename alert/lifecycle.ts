/**
 * The life of one alert. Every report leads to exactly one event with its cause; which event may follow in which phase stands in
 * transition.ts.
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
 * A comment is taken in every phase and changes none, also of an alert that only the archive still knows.
 *
 * Where nothing fires, a Filter or a plug-in may drop a firing report: it is suppressed, and the phase stays as it is (meaning.ts).
 *
 * Of an alert that waits for a person's approval, a person or time decides as well (approval.ts): approved it goes on as it was,
 * rejected it is closed.
 *
 * A snoozed alert is a firing one that its groups hold back until a time (hold.ts), and so may be one that is flapping (flapping.ts).
 *
 * A resolved report of another start that ends before the present episode began is ignored (stale). One that names the very start of the
 * episode is about it, whatever it says of the end: a clock that was ahead when it began must not keep it firing.
 */

import { type Alert, alertKey } from './alert.ts';
import { decideCommand, rememberedReply } from './alert-command.ts';
import { countOnly, isDecidedBy, type Report, repeat } from './alert-repeat.ts';
import {
  type AlertDecision,
  type AlertState,
  alertOf,
  inhibits,
  inhibitsNoMore,
  isActive,
  openSpan,
  tellEnd,
} from './alert-state.ts';
import { decideAlertTick } from './alert-tick.ts';
import { approvalFrom } from './approval.ts';
import { type Approval, describeApproval } from './approval-demand.ts';
import type { CommandEntry, GroupEntry } from './entry.ts';
import type { Cause, Routing } from './event.ts';
import { decideFlapping, type FlappingMemory } from './flapping.ts';
import { seenLabels } from './hold.ts';
import { decideMeaning } from './meaning.ts';
import { knownAttributes } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import type { Placement } from './promotion-state.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { annotationsOf, assertReadable, withAnnotations, withFields, withLabels } from './stored-alert.ts';

export { evolveAlert } from './alert-evolve.ts';
export type { AlertState } from './alert-state.ts';
export { alertDueAt } from './alert-tick.ts';

export type AlertCommand =
  | Report
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
        ? decideFiring(state, command, now, policy)
        : decideResolved(state, command.alert, command.cause, now);
    case 'command':
      return rememberedReply(state, command.entry.id) ?? decideCommand(state, command.entry, now);
    case 'tick':
      return decideAlertTick(state, now, policy);
    default:
      return command satisfies never;
  }
}

function decideFiring(state: AlertState | null, report: Report, now: number, policy: Policy): AlertDecision {
  if (state === null) return open(null, report, now, policy);
  if (isActive(state)) return repeat(state, report, now, policy);
  if (isClosed(state, report.alert)) return countOnly(state, report.alert, report.cause, now);
  return open(state, report, now, policy);
}

/** A person closed the very episode that is reported. */
function isClosed({ phase, startsAt }: AlertState, alert: Alert): boolean {
  return phase === 'closed' && alert.startsAt <= startsAt;
}

/** Whether a firing report leads to a decision of what the alert means, and not only to a count. */
export function isJudged(
  state: AlertState | null,
  alert: Alert,
  policy: Pick<Policy, 'hash'>,
  placed?: Placement,
): boolean {
  if (state === null) return true;
  return isActive(state) ? !isDecidedBy(state, policy, placed) : !isClosed(state, alert);
}

function open(state: AlertState | null, report: Report, now: number, policy: Policy): AlertDecision {
  const { alert, cause } = report;
  assertReadable(alert);
  const key = alertKey(alert.tenant, alert.fingerprint);
  const { dropped, approval: demand, routing, reasons } = decideMeaning(alert, policy, now, report);
  if (dropped) return suppress(alert, routing, reasons, cause, now);
  const opened = reason(state === null ? 'alert.opened' : 'alert.reopened');
  const episode = state === null ? 1 : state.episode + 1;
  const own = ownContent(alert, routing);
  const shown = routing.shown === undefined ? own : withLabels(own, routing.shown);
  const approval = demand === null ? null : approvalFrom(demand, now);
  const often = decideFlapping(state, policy.lifecycle(alert.tenant).flapping, routing.priority, now);
  const content = marked(shown, approval, often.memory);
  const why = [opened, ...often.reasons, ...reasons];
  return {
    events: [
      {
        type: 'alert.opened',
        key,
        at: now,
        cause,
        alert: own,
        routing,
        episode,
        reasons: why,
        ...often.memory,
        ...(approval === null ? NONE : { approval }),
      },
    ],
    effects: routing.groups.map((group): GroupEntry => ({ kind: 'group', group, alert: content })),
    ...(routing.inhibits === true && approval === null ? inhibits(alert, seenLabels(content)) : NONE),
  };
}

const NONE = Object.freeze({});

/** With what its groups are to know besides, where there is something. */
function marked(alert: GroupedAlert, approval: Approval | null, { flapping }: FlappingMemory): GroupedAlert {
  if (approval === null && flapping === undefined) return alert;
  return withFields(alert, {
    ...(approval === null ? {} : { awaiting: describeApproval(approval) }),
    ...(flapping === undefined ? {} : { flapping }),
  });
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

/** With what was decided about it, and the labels that it came with. */
function ownContent(alert: Alert, routing: Routing): GroupedAlert {
  const { environment, priority } = routing;
  return withFields(alert, { environment, priority, ...knownAttributes(routing) });
}

function decideResolved(state: AlertState | null, alert: Alert, cause: Cause, now: number): AlertDecision {
  const key = alertKey(alert.tenant, alert.fingerprint);
  const endsAt = alert.endsAt ?? now;
  const ignored = reasonToIgnore(state, alert.startsAt, endsAt);
  if (state === null || ignored !== null) {
    const reasons = [reason(ignored ?? 'alert.unknown')];
    return { events: [{ type: 'alert.ignored', key, at: now, cause, reasons }], effects: [] };
  }
  // Some senders say no more than that it ended: then the content as it was.
  const annotations =
    Object.keys(alert.annotations).length > 0 ? alert.annotations : annotationsOf(state.annotationsText);
  const reasons = [reason('alert.resolved')];
  return {
    events: [{ type: 'alert.resolved', key, at: now, cause, endsAt, annotations, ...openSpan(state, now), reasons }],
    effects: tellEnd(state, withAnnotations(alertOf(state, 'resolved', endsAt), annotations)),
    ...inhibitsNoMore(state),
  };
}

function reasonToIgnore(state: AlertState | null, startsAt: number, endsAt: number): ReasonCode | null {
  if (state === null) return 'alert.unknown';
  if (!isActive(state)) return 'alert.already-ended';
  return startsAt !== state.startsAt && endsAt < state.startsAt ? 'alert.stale' : null;
}
