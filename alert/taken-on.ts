/**
 * Somebody took on what fires. Channels that hear of that (a pager that would go on ringing, a message in a room, a ticket) are told a
 * moment later, beside the flushes of the group: nothing else of it is told any sooner for that.
 */

import { fingerprints, only, type Parts } from './flush-view.ts';
import { alertIn, type GroupState } from './group-state.ts';
import type { Told } from './needs-update.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { type Reason, reason } from './reason.ts';

/** Whoever takes on many alerts does so by a command each: what comes within this time is told together. Milliseconds. */
const TOGETHER = 1000;
/** More names help nobody. */
const MOST_NAMED = 3;

/** When that is told; null: nobody hears of it, or it is known. `state`: before the alert joins. */
export function takenDueAfterJoin(state: GroupState, alert: GroupedAlert, now: number, policy: Policy): number | null {
  if (alert.status !== 'firing' || alert.acknowledged !== true) return null;
  const { fingerprint } = alert;
  if (alertIn(state, fingerprint)?.acknowledged === true) return null;
  const hears = (told: Told) => hearsOfTaking(state, told.channel, policy) && told.firing.includes(fingerprint);
  if (!state.told.some(hears)) return null;
  return Math.min(state.takenDueAt ?? Number.POSITIVE_INFINITY, now + TOGETHER);
}

export interface TakenLine {
  readonly line: Pick<Told, 'channel' | 'recipient'>;
  readonly told: Told;
  /** What it was told of: what is new in the group waits for its flush. */
  readonly parts: Parts;
}

/** Of all that were told that something fires. */
export function takenLines(state: GroupState, parts: Parts, policy: Policy): TakenLine[] {
  return state.told
    .filter((told) => told.firing.length > 0 && hearsOfTaking(state, told.channel, policy))
    .map((told) => {
      const { channel, recipient, firing, resolved, owed = [] } = told;
      const line = recipient === undefined ? { channel } : { channel, recipient };
      return { line, told, parts: only(parts, [...firing, ...resolved, ...owed]) };
    });
}

/** A channel that only hands on hears of it where all do that it hands on to. */
function hearsOfTaking({ group: { tenant } }: GroupState, channel: string, policy: Policy): boolean {
  const { sendAcknowledged, members } = policy.channel(tenant, channel) ?? {};
  if (sendAcknowledged !== undefined || members === undefined) return sendAcknowledged === true;
  return members.every((member) => policy.channel(tenant, member)?.sendAcknowledged === true);
}

/** Fingerprints of those that a line hears to be in somebody's hand; none where it does not hear of that. */
export function takenFor(state: GroupState, channel: string, { firing }: Parts, policy: Policy): readonly string[] {
  const taken = firing.filter(({ acknowledged }) => acknowledged === true);
  return taken.length > 0 && hearsOfTaking(state, channel, policy) ? fingerprints(taken) : [];
}

/** `by alice` */
export function explainTaking({ firing }: Parts): Reason {
  const names = new Set(firing.flatMap(({ acknowledgedBy }) => acknowledgedBy ?? []));
  const more = names.size > MOST_NAMED ? ` and ${names.size - MOST_NAMED} more` : '';
  const by = names.size === 0 ? '' : `by ${[...names].slice(0, MOST_NAMED).join(', ')}${more}`;
  return reason('group.acknowledged', by);
}
