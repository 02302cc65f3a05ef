/** One flush of a group: decides for each channel whether it hears of the group now, and of what. */

import type { NotificationEntry } from './entry.ts';
import type { FlushDecision } from './event.ts';
import { hash16 } from './fingerprint.ts';
import type { GroupDecision } from './group.ts';
import type { GroupState } from './group-state.ts';
import { needsUpdate, type Present, type Told } from './needs-update.ts';
import { intervalAfter } from './next-flush.ts';
import type { GroupedAlert } from './notification.ts';
import { buildNotification } from './notification-build.ts';
import type { Policy } from './policy.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';

/** The alerts of a group, each part in order of startsAt. */
interface Parts {
  readonly firing: readonly GroupedAlert[];
  readonly resolved: readonly GroupedAlert[];
}

interface ChannelFlush {
  readonly decision: FlushDecision;
  readonly effect: NotificationEntry | null;
}

export function flushGroup(state: GroupState, now: number, policy: Policy): GroupDecision {
  const parts = partition(state.alerts);
  const flushes: ChannelFlush[] = [];
  for (const channel of new Set(state.group.timing.channels)) {
    const told = state.told.find((one) => one.channel === channel) ?? null;
    flushes.push(flushChannel(state, channel, told, parts, state.group.timing.repeatInterval, now, policy));
  }
  for (const told of state.told) {
    // The route no longer names it, but it was told that alerts fire: it hears how these end, and nothing else.
    if (told.firing.length === 0 || state.group.timing.channels.includes(told.channel)) continue;
    const known = only(parts, told.firing);
    flushes.push(flushChannel(state, told.channel, told, known, Number.POSITIVE_INFINITY, now, policy));
  }
  const dueAt = parts.firing.length === 0 ? null : nextRepeat(state, flushes, now);
  const decisions = flushes.map(({ decision }) => decision);
  const left = fingerprints(parts.resolved);
  return {
    events: [{ type: 'group.flushed', key: state.group.id, at: now, decisions, left, dueAt }],
    effects: flushes.flatMap(({ effect }) => effect ?? []),
  };
}

/** Everything is told now: without another alert joining, only a repetition can come next. */
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
  state: GroupState,
  channel: string,
  told: Told | null,
  parts: Parts,
  repeatInterval: number,
  now: number,
  policy: Policy,
): ChannelFlush {
  // A channel that is not declared is handed over all the same: the channel's owner makes it a dead letter, visibly.
  const { sendResolved, maxAlerts } = policy.channel(state.group.tenant, channel) ?? {
    sendResolved: true,
    maxAlerts: 0,
  };
  const present: Present = { firing: fingerprints(parts.firing), resolved: fingerprints(parts.resolved) };
  const { notify, code } = needsUpdate(told, present, sendResolved, repeatInterval, now);
  const count = told?.count ?? 0;
  if (!notify) {
    const { firing, resolved } = told ?? { firing: [], resolved: [] };
    const reasons = [explain(code, parts)];
    return { decision: { channel, notificationId: null, count, firing, resolved, reasons }, effect: null };
  }
  if (present.firing.length === 0 && !sendResolved) {
    const reasons = [explain('group.resolved-unwanted', parts)];
    return { decision: { channel, notificationId: null, count, ...present, reasons }, effect: null };
  }
  const reasons = [explain(code, parts)];
  const id = notificationId(state, channel, count + 1);
  const alerts = sendResolved ? [...parts.firing, ...parts.resolved] : parts.firing;
  const notification = buildNotification({ id, group: state.group, channel, alerts, maxAlerts, reasons, now });
  return {
    decision: { channel, notificationId: id, count: count + 1, ...present, reasons },
    effect: { kind: 'notification', notification },
  };
}

function explain(code: ReasonCode, { firing, resolved }: Parts): Reason {
  return reason(code, `${firing.length} firing, ${resolved.length} resolved`);
}

/** From state alone, so that a replay makes the same; fit for URLs and headers whatever the channel's name. */
function notificationId({ group, born }: GroupState, channel: string, count: number): string {
  return `${hash16(`${group.id}\n${channel}`)}-${hash16(born)}-${count}`;
}
