/** Why a receiver has not heard of the alert yet, or will not. Pure. */

import type { GroupRow } from '../schema.ts';
import { heldIn } from './ledger.ts';
import { time } from './query.ts';
import type { Facts, Found } from './verdict.ts';
import { clock, explained, reasonsIn } from './words.ts';

/** No notification of this episode names it, as far as its channel knows. */
export function untold({ alert, group, hold, decision, member, taken }: Facts): Found {
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
