/** What one flush decides for one line (a channel, or one recipient by it): is it told of the group now, and of what? */

import type { NotificationEntry } from './entry.ts';
import type { FlushDecision } from './event.ts';
import { hash16 } from './fingerprint.ts';
import { flappingReasons } from './flapping.ts';
import { type ChannelView, fingerprints, heldBack, owedAfter, owedStill, type Parts, viewOf } from './flush-view.ts';
import type { GroupState } from './group-state.ts';
import { lineName } from './line-name.ts';
import { needsUpdate, type Present, type Told } from './needs-update.ts';
import { buildNotification } from './notification-build.ts';
import type { Hold, Policy } from './policy.ts';
import type { Line } from './reach.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';
import { explainTaking, takenFor } from './taken-on.ts';

export interface ChannelFlush {
  readonly decision: FlushDecision;
  readonly effect: NotificationEntry | null;
}

/** What is the same for all channels of one flush. */
export interface Flush {
  readonly state: GroupState;
  readonly now: number;
  readonly policy: Policy;
  readonly holds: ReadonlyMap<string, Hold>;
  /** What a notification says besides: of holds that ended. */
  readonly besides: readonly Reason[];
  /** Receivers that a step of its escalation tells now. */
  readonly called: ReadonlySet<string>;
}

/** Without `via` and `reasons` where nothing leads to it any more. */
export type FlushedLine = Pick<Line, 'channel' | 'recipient'> & Partial<Pick<Line, 'via' | 'reasons'>>;

export function flushChannel(
  flush: Flush,
  line: FlushedLine,
  told: Told | null,
  all: Parts,
  repeatInterval: number,
): ChannelFlush {
  const { state, now, policy, holds, called } = flush;
  const { channel, recipient, via = [], reasons: because = [] } = line;
  const to = recipient === undefined ? { channel } : { channel, recipient };
  // A channel that is not declared is handed over all the same: the channel's owner makes it a dead letter, visibly.
  const { sendResolved, maxAlerts } = policy.channel(state.group.tenant, channel) ?? {
    sendResolved: true,
    maxAlerts: 0,
  };
  const view = viewOf(all, holds, told);
  const parts = view.told;
  const known = { firing: fingerprints(parts.firing), resolved: fingerprints(parts.resolved) };
  const present: Present = { ...known, ...inHand(takenFor(state, channel, parts, policy)) };
  const { notify, code } = isAllHeld(view)
    ? ({ notify: false, code: 'group.held' } as const)
    : via.some((one) => called.has(one)) && present.firing.length > 0
      ? ({ notify: true, code: 'group.escalated' } as const)
      : needsUpdate(told, present, sendResolved, repeatInterval, now);
  const count = told?.count ?? 0;
  const held = heldBack(view, holds);
  if (!notify) {
    const { firing, resolved } = told ?? { firing: [], resolved: [] };
    const before = { firing, resolved, ...inHand(told?.acknowledged), ...owedStill(told, present.resolved), ...held };
    const reasons = [explain(code, parts, view.held.length)];
    return { decision: { ...to, notificationId: null, count, ...before, reasons }, effect: null };
  }
  const after = { ...present, ...owedAfter(view, told), ...held };
  if (present.firing.length === 0 && !sendResolved) {
    const reasons = [explain('group.resolved-unwanted', parts, view.held.length)];
    return { decision: { ...to, notificationId: null, count, ...after, reasons }, effect: null };
  }
  const said = [...flappingReasons(parts.firing), ...flush.besides];
  const why = code === 'group.acknowledged' ? explainTaking(parts) : explain(code, parts, view.held.length);
  const reasons = [why, ...because, ...said];
  const id = notificationId(state, lineName(to), count + 1);
  const alerts = sendResolved ? [...parts.firing, ...parts.resolved] : parts.firing;
  const notification = buildNotification({ id, group: state.group, ...to, alerts, maxAlerts, reasons, now });
  return {
    decision: { ...to, notificationId: id, count: count + 1, ...after, reasons },
    effect: { kind: 'notification', notification },
  };
}

function inHand(acknowledged: readonly string[] = []): Pick<Present, 'acknowledged'> {
  return acknowledged.length === 0 ? {} : { acknowledged };
}

function isAllHeld({ told, held }: ChannelView): boolean {
  return held.length > 0 && told.firing.length === 0 && told.resolved.length === 0;
}

function explain(code: ReasonCode, { firing, resolved }: Parts, held: number): Reason {
  return reason(code, `${firing.length} firing, ${resolved.length} resolved${held === 0 ? '' : `, ${held} held back`}`);
}

/**
 * From state alone, so that a replay makes the same; fit for URLs, headers and mails whatever the line's name. It begins with when the
 * group's life began, and so rises with time: what the archive keeps by it comes to stand side by side, not each on a page of its own.
 */
function notificationId({ group, born }: GroupState, line: string, count: number): string {
  return `${born.replace(/[^0-9A-Za-z]/g, '-')}-${hash16(`${group.id}\n${line}`)}-${count}`;
}
