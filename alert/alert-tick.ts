/** What time alone does to an alert: it expires, nobody decides about it in time, it ages, is forgotten. At most one of them per tick. */

import { alertKey } from './alert.ts';
import {
  type AlertDecision,
  type AlertState,
  alertOf,
  inhibitsNoMore,
  isActive,
  NOTHING,
  openSpan,
  tellEnd,
} from './alert-state.ts';
import { concludeApproval, isWaiting } from './approval.ts';
import { rememberedFor } from './flapping.ts';
import type { Policy } from './policy.ts';
import { reason } from './reason.ts';
import { annotationsOf } from './stored-alert.ts';

type Ageing = Pick<Policy, 'lifecycle'>;

export function decideAlertTick(state: AlertState | null, now: number, policy: Ageing): AlertDecision {
  if (state === null || now < alertDueAt(state, policy)) return NOTHING;
  const key = alertKey(state.tenant, state.fingerprint);
  if (!isActive(state)) return { events: [{ type: 'alert.forgotten', key, at: now }], effects: [] };

  if (state.endsAt !== null && state.endsAt <= now) {
    const { endsAt } = state;
    const annotations = annotationsOf(state.annotationsText);
    const reasons = [reason('alert.expired')];
    return {
      events: [
        { type: 'alert.resolved', key, at: now, cause: null, endsAt, annotations, ...openSpan(state, now), reasons },
      ],
      effects: tellEnd(state, alertOf(state, 'resolved', endsAt)),
      ...inhibitsNoMore(state),
    };
  }
  if (isWaiting(state) && state.approval.until <= now) {
    const { reasons: _, ...concluded } = concludeApproval(state, state.approval.default, null, now);
    return concluded;
  }
  return {
    events: [{ type: 'alert.aged', key, at: now, ...openSpan(state, now), reasons: [reason('alert.aged')] }],
    effects: tellEnd(state, alertOf(state, 'resolved', now)),
    ...inhibitsNoMore(state),
  };
}

/** When time will next change something. Depends on the policy's limits, so timers armed long ago may be early. */
export function alertDueAt(state: AlertState, policy: Ageing): number {
  const { ageAfter, forgetAfter, flapping } = policy.lifecycle(state.tenant);
  const aged = state.lastSeen + ageAfter;
  if (isActive(state)) {
    return Math.min(aged, state.endsAt ?? aged, state.approval?.until ?? aged);
  }
  const forgotten = Math.max(state.since + forgetAfter, rememberedFor(state, flapping));
  if (state.phase !== 'closed') return forgotten;
  // Its sender still reports it. Forgotten as early as others, the next report would open again what a person closed.
  return Math.max(forgotten, state.endsAt === null ? aged : state.endsAt + forgetAfter);
}
