/** A report of an alert that fires already: counted, and told on where its content, or the policy, has changed since. */

import type { Advice } from './advice.ts';
import { type Alert, alertKey } from './alert.ts';
import { routeAgain } from './alert-evolve.ts';
import { type AlertDecision, type AlertState, alertOf, inhibits, inhibitsNoMore, ownAlertOf } from './alert-state.ts';
import { isWaiting } from './approval.ts';
import type { GroupEntry, GroupRef } from './entry.ts';
import type { Cause } from './event.ts';
import { seenLabels } from './hold.ts';
import { sameLabels } from './label-order.ts';
import { decideMeaningAgain, type Meaning } from './meaning.ts';
import type { Policy } from './policy.ts';
import type { Placement } from './promotion-state.ts';
import { reason } from './reason.ts';
import { tellGroupsLeft } from './reroute.ts';
import { hasAnnotations, withAnnotations, withFields } from './stored-alert.ts';
import { sameTiming } from './timing.ts';

const REPEATED = [reason('alert.repeated')];
const UPDATED = [reason('alert.updated')];

/** Nothing of it is new. */
export function countOnly(state: AlertState, alert: Alert, cause: Cause, now: number): AlertDecision {
  const key = alertKey(state.tenant, state.fingerprint);
  const occurrences = state.occurrences + 1;
  const endsAt = alert.endsAt;
  return {
    events: [{ type: 'alert.repeated', key, at: now, cause, occurrences, endsAt, routing: null, reasons: REPEATED }],
    effects: [],
  };
}

export interface Report {
  readonly kind: 'report';
  readonly alert: Alert;
  readonly cause: Cause;
  /** What plug-ins said of it. Left out where none was asked. */
  readonly advice?: readonly Advice[];
  /** Where people put its namespace. Left out where nobody did. */
  readonly placed?: Placement;
}

export function repeat(state: AlertState, heard: Report, now: number, policy: Policy): AlertDecision {
  const { alert, cause } = heard;
  const changed = alert.generatorURL !== state.generatorURL || !hasAnnotations(alert, state.annotationsText);
  const isKnown = isDecidedBy(state, policy, heard.placed);
  if (!changed && isKnown) return countOnly(state, alert, cause, now);

  const again = isKnown ? null : decideMeaningAgain(ownAlertOf(state), policy, now, heard);
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
    ...inhibitAgain(state, again),
  };
}

/** What it means was decided by all that is in force now. */
export function isDecidedBy(state: AlertState, { hash }: Pick<Policy, 'hash'>, placed: Placement | undefined): boolean {
  return state.policy === hash && state.placed === placed?.id;
}

type Content = Pick<Alert, 'annotations' | 'generatorURL' | 'endsAt'>;

/**
 * New content goes to all groups that it is in; a new policy's routing only to those that do not know it, or that know it
 * otherwise. Those that it leaves hear that, and then nothing until it ends: their timing is of an old policy.
 */
function tellAgain(
  state: AlertState,
  content: Content,
  changed: boolean,
  again: Meaning | null,
): readonly GroupEntry[] {
  const after = again === null ? state : routeAgain(state, again.routing);
  const { annotations, generatorURL, endsAt } = content;
  const alert = withFields(withAnnotations(alertOf(after, 'firing', endsAt), annotations), { generatorURL });
  const all = changed || (again !== null && !looksTheSame(state, after));
  const { groups } = after;
  const told = all ? groups : groups.filter((group) => !state.groups.some((known) => sameRef(known, group)));
  const left = again === null ? [] : tellGroupsLeft(state, after, alert);
  return [...told.map((group): GroupEntry => ({ kind: 'group', group, alert })), ...left];
}

/** To matchers, and so to receivers, too. */
function looksTheSame(before: AlertState, after: AlertState): boolean {
  const seen = (state: AlertState) => seenLabels(alertOf(state, 'firing', null));
  return sameLabels(seen(before), seen(after));
}

/** After a new policy: other rules may ask for it, or it may have other labels for them. */
function inhibitAgain(state: AlertState, again: Meaning | null): Pick<AlertDecision, 'inhibitor'> {
  if (again === null) return {};
  if (again.routing.inhibits !== true) return inhibitsNoMore(state);
  if (isWaiting(state)) return {};
  return inhibits(state, seenLabels(alertOf(routeAgain(state, again.routing), 'firing', null)));
}

/** A group whose timing or channels were changed must hear of it, or it would go on telling the old ones. */
function sameRef(a: GroupRef, b: GroupRef): boolean {
  return a.id === b.id && sameTiming(a.timing, b.timing);
}
