/** Which alerts of a group call for somebody, and what keeps it quiet where none does. */

import type { EscalationPolicy } from './escalation-policy.ts';
import { snoozeHold } from './hold.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold } from './policy.ts';
import { type Reason, reason } from './reason.ts';

export interface Calling {
  /** Firing, neither acknowledged nor held back, and of those that the policy is for. */
  readonly fingerprints: readonly string[];
  /** Why nothing calls, where nothing does. */
  readonly quiet: Reason;
  /** null: the policy is for none of those that fire. */
  readonly because: 'acknowledged' | 'snoozed' | 'held' | null;
  /** By fingerprint. */
  readonly holds: ReadonlyMap<string, Hold>;
}

/** `holds`: of those that fire, by fingerprint; a snooze is one. */
export function callingOf(
  firing: readonly GroupedAlert[],
  holds: ReadonlyMap<string, Hold>,
  escalation: EscalationPolicy,
): Calling {
  const concerned = firing.filter((alert) => isFor(escalation, alert));
  const open = concerned.filter(({ acknowledged }) => acknowledged !== true).map(({ fingerprint }) => fingerprint);
  const held = open.find((fingerprint) => holds.has(fingerprint));
  return {
    fingerprints: holds.size === 0 ? open : open.filter((fingerprint) => !holds.has(fingerprint)),
    holds,
    ...quietBy(concerned.length, held === undefined ? null : holds.get(held)!.reason),
  };
}

function quietBy(concerned: number, hold: Reason | null): Pick<Calling, 'quiet' | 'because'> {
  if (concerned === 0) return { quiet: reason('escalation.not-concerned'), because: null };
  if (hold === null) return { quiet: reason('escalation.acknowledged'), because: 'acknowledged' };
  const because = hold.code === 'hold.snoozed' ? 'snoozed' : 'held';
  return { quiet: reason('escalation.held', `${hold.code}: ${hold.detail}`), because };
}

/** As far as the alert itself says: holds that others set play no part. */
export function isCalling(alert: GroupedAlert, escalation: EscalationPolicy, now: number): boolean {
  if (alert.status !== 'firing' || alert.acknowledged === true) return false;
  return isFor(escalation, alert) && snoozeHold(alert, now) === null;
}

/** Whether the policy is for alerts like this one. */
export function isFor(
  { severities, priorities }: EscalationPolicy,
  { labels, priority }: Pick<GroupedAlert, 'labels' | 'priority'>,
): boolean {
  if (priorities !== null && !priorities.includes(priority)) return false;
  return severities === null || severities.includes(labels.severity ?? '');
}
