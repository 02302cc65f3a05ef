/** One flush of a group: decides for each channel whether it hears of the group now, and of what. */

import type { NotificationEntry } from './entry.ts';
import type { FlushDecision } from './event.ts';
import { hash16 } from './fingerprint.ts';
import { changesNothing } from './flush-quiet.ts';
import { type ChannelView, heldBack, owedAfter, owedStill, type Parts, viewOf } from './flush-view.ts';
import type { GroupDecision } from './group.ts';
import type { GroupState } from './group-state.ts';
import { endedReasons, holdChange } from './held.ts';
import { decideHold, holdContext } from './hold.ts';
import type { HoldsState } from './holds-state.ts';
import { needsUpdate, type Present, type Told } from './needs-update.ts';
import { intervalAfter } from './next-flush.ts';
import type { GroupedAlert } from './notification.ts';
import { buildNotification } from './notification-build.ts';
import type { Hold, Policy } from './policy.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';

interface ChannelFlush {
  readonly decision: FlushDecision;
  readonly effect: NotificationEntry | null;
}

/** What is the same for all channels of one flush. */
interface Flush {
  readonly state: GroupState;
  readonly now: number;
  readonly policy: Policy;
  readonly holds: ReadonlyMap<string, Hold>;
  /** What a notification says besides: of holds that ended. */
  readonly besides: readonly Reason[];
}

export function flushGroup(
  state: GroupState,
  now: number,
  policy: Policy,
  known: HoldsState | null = null,
): GroupDecision {
  const parts = partition(state.alerts);
  const holds = holdsOf(state, now, policy, known);
  const firingHolds = holdsOfFiring(parts, holds);
  const change = holdChange(state.held ?? [], state.untold ?? [], firingHolds, state.alerts, now);
  const flush = { state, now, policy, holds, besides: endedReasons(change?.untold ?? []) };
  const flushes = flushChannels(flush, parts);
  const effects = flushes.flatMap(({ effect }) => effect ?? []);
  const dueAt = parts.firing.length === 0 ? null : nextFlush(state, flushes, firingHolds, now);
  const decisions = flushes.map(({ decision }) => decision);
  const left = fingerprints(parts.resolved);
  const event = { type: 'group.flushed' as const, key: state.group.id, at: now, decisions, left, dueAt };
  if (change === null) return { events: [event], effects };
  const holding = { ...event, holds: effects.length > 0 ? { ...change, untold: [] } : change };
  if (dueAt !== null && changesNothing(state, holding)) return { events: [], effects: [], quietUntil: dueAt };
  return { events: [holding], effects };
}

function flushChannels(flush: Flush, parts: Parts): ChannelFlush[] {
  const { group, told: toldBefore } = flush.state;
  const flushes: ChannelFlush[] = [];
  for (const channel of new Set(group.timing.channels)) {
    const told = toldBefore.find((one) => one.channel === channel) ?? null;
    flushes.push(flushChannel(flush, channel, told, parts, group.timing.repeatInterval));
  }
  for (const told of toldBefore) {
    // The route no longer names it, but it was told that alerts fire: it hears how these end, and nothing else.
    const toEnd = [...told.firing, ...(told.owed ?? [])];
    if (toEnd.length === 0 || group.timing.channels.includes(told.channel)) continue;
    flushes.push(flushChannel(flush, told.channel, told, only(parts, toEnd), Number.POSITIVE_INFINITY));
  }
  return flushes;
}

/** By fingerprint: what keeps each alert of the group back now. */
function holdsOf(
  { group, alerts }: GroupState,
  now: number,
  policy: Policy,
  known: HoldsState | null,
): ReadonlyMap<string, Hold> {
  const context = holdContext(group.tenant, group.timing, known, policy, now);
  const holds = new Map<string, Hold>();
  for (const alert of alerts) {
    const hold = decideHold(alert, context);
    if (hold !== null) holds.set(alert.fingerprint, hold);
  }
  return holds;
}

function holdsOfFiring({ firing }: Parts, holds: ReadonlyMap<string, Hold>): ReadonlyMap<string, Hold> {
  if (holds.size === 0) return holds;
  return new Map(
    firing.flatMap(({ fingerprint }) => {
      const hold = holds.get(fingerprint);
      return hold === undefined ? [] : [[fingerprint, hold] as const];
    }),
  );
}

/** Nothing held: only a repetition can come next. Else also the end of a hold, which may come early and unannounced. */
function nextFlush(
  state: GroupState,
  flushes: readonly ChannelFlush[],
  held: ReadonlyMap<string, Hold>,
  now: number,
): number {
  let due = nextRepeat(state, flushes, now);
  if (held.size === 0) return due;
  due = Math.min(due, now + state.group.timing.groupInterval);
  for (const { until } of held.values()) if (until !== null && until > now && until < due) due = until;
  return due;
}

/** Everything that may be is told now: without another alert joining, only a repetition can come next. */
function nextRepeat({ group, told }: GroupState, flushes: readonly ChannelFlush[], now: number): number {
  const { channels, groupInterval, repeatInterval } = group.timing;
  const before = new Map(told.map(({ channel, at }) => [channel, at]));
  const toldAt = flushes
    .filter(({ decision }) => channels.includes(decision.channel))
    .map(({ decision, effect }) => (effect === null ? (before.get(decision.channel) ?? now) : now));
  return intervalAfter(now, groupInterval, Math.min(now, ...toldAt) + repeatInterval);
}

function partition(alerts: readonly GroupedAlert[]): Parts {
  const sorted = alerts.toSorted((a, b) => a.startsAt - b.startsAt || (a.fingerprint < b.fingerprint ? -1 : 1));
  return {
    firing: sorted.filter((alert) => alert.status === 'firing'),
    resolved: sorted.filter((alert) => alert.status === 'resolved'),
  };
}

function only(parts: Parts, known: readonly string[]): Parts {
  const members = new Set(known);
  const isKnown = (alert: GroupedAlert) => members.has(alert.fingerprint);
  return { firing: parts.firing.filter(isKnown), resolved: parts.resolved.filter(isKnown) };
}

function fingerprints(alerts: readonly GroupedAlert[]): readonly string[] {
  return alerts.map((alert) => alert.fingerprint);
}

function flushChannel(
  flush: Flush,
  channel: string,
  told: Told | null,
  all: Parts,
  repeatInterval: number,
): ChannelFlush {
  const { state, now, policy, holds } = flush;
  // A channel that is not declared is handed over all the same: the channel's owner makes it a dead letter, visibly.
  const { sendResolved, maxAlerts } = policy.channel(state.group.tenant, channel) ?? {
    sendResolved: true,
    maxAlerts: 0,
  };
  const view = viewOf(all, holds, told);
  const parts = view.told;
  const present: Present = { firing: fingerprints(parts.firing), resolved: fingerprints(parts.resolved) };
  const { notify, code } = isAllHeld(view)
    ? ({ notify: false, code: 'group.held' } as const)
    : needsUpdate(told, present, sendResolved, repeatInterval, now);
  const count = told?.count ?? 0;
  const held = heldBack(view, holds);
  if (!notify) {
    const { firing, resolved } = told ?? { firing: [], resolved: [] };
    const before = { firing, resolved, ...owedStill(told, present.resolved), ...held };
    const reasons = [explain(code, parts, view.held.length)];
    return { decision: { channel, notificationId: null, count, ...before, reasons }, effect: null };
  }
  const after = { ...present, ...owedAfter(view, told), ...held };
  if (present.firing.length === 0 && !sendResolved) {
    const reasons = [explain('group.resolved-unwanted', parts, view.held.length)];
    return { decision: { channel, notificationId: null, count, ...after, reasons }, effect: null };
  }
  const reasons = [explain(code, parts, view.held.length), ...flush.besides];
  const id = notificationId(state, channel, count + 1);
  const alerts = sendResolved ? [...parts.firing, ...parts.resolved] : parts.firing;
  const notification = buildNotification({ id, group: state.group, channel, alerts, maxAlerts, reasons, now });
  return {
    decision: { channel, notificationId: id, count: count + 1, ...after, reasons },
    effect: { kind: 'notification', notification },
  };
}

function isAllHeld({ told, held }: ChannelView): boolean {
  return held.length > 0 && told.firing.length === 0 && told.resolved.length === 0;
}

function explain(code: ReasonCode, { firing, resolved }: Parts, held: number): Reason {
  return reason(code, `${firing.length} firing, ${resolved.length} resolved${held === 0 ? '' : `, ${held} held back`}`);
}

/** From state alone, so that a replay makes the same; fit for URLs and headers whatever the channel's name. */
function notificationId({ group, born }: GroupState, channel: string, count: number): string {
  return `${hash16(`${group.id}\n${channel}`)}-${hash16(born)}-${count}`;
}
