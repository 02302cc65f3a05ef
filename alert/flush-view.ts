/**
 * What one channel may be told of a group now. Alerts that are held back are left out; but whoever was told that an alert
 * fires is told that it ended, whatever holds it back by then (docs/decisions/21-holds.md).
 */

import type { FlushDecision } from './event.ts';
import type { Told } from './needs-update.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold } from './policy.ts';

/** The alerts of a group, each part in order of startsAt. */
export interface Parts {
  readonly firing: readonly GroupedAlert[];
  readonly resolved: readonly GroupedAlert[];
}

export function partition(alerts: readonly GroupedAlert[]): Parts {
  const sorted = alerts.toSorted((a, b) => a.startsAt - b.startsAt || (a.fingerprint < b.fingerprint ? -1 : 1));
  return {
    firing: sorted.filter((alert) => alert.status === 'firing'),
    resolved: sorted.filter((alert) => alert.status === 'resolved'),
  };
}

/** Of them, those with these fingerprints. */
export function only(parts: Parts, known: readonly string[]): Parts {
  const members = new Set(known);
  const isKnown = (alert: GroupedAlert) => members.has(alert.fingerprint);
  return { firing: parts.firing.filter(isKnown), resolved: parts.resolved.filter(isKnown) };
}

export function fingerprints(alerts: readonly GroupedAlert[]): readonly string[] {
  return alerts.map((alert) => alert.fingerprint);
}

export interface ChannelView {
  readonly told: Parts;
  /** Left out of it, firing ones first. */
  readonly held: readonly GroupedAlert[];
}

export function viewOf(parts: Parts, holds: ReadonlyMap<string, Hold>, told: Told | null): ChannelView {
  if (holds.size === 0) return { told: parts, held: [] };
  const isHeld = (alert: GroupedAlert) => holds.has(alert.fingerprint);
  const owed = toldFiring(told);
  const isKept = (alert: GroupedAlert) => isHeld(alert) && !owed.has(alert.fingerprint);
  return {
    told: {
      firing: parts.firing.filter((alert) => !isHeld(alert)),
      resolved: parts.resolved.filter((alert) => !isKept(alert)),
    },
    held: [...parts.firing.filter(isHeld), ...parts.resolved.filter(isKept)],
  };
}

/** A group may hold 10,000 alerts: a set, once per channel. */
function toldFiring(told: Told | null): ReadonlySet<string> {
  return new Set(told === null ? [] : [...told.firing, ...(told.owed ?? [])]);
}

/** Alerts that stand in the ledger by name, per channel and flush; the rest is counted. */
const MOST_NAMED = 50;

/** For the decision, left out where there is none. */
export function heldBack(
  { held }: ChannelView,
  holds: ReadonlyMap<string, Hold>,
): Pick<FlushDecision, 'held' | 'heldCount'> {
  if (held.length === 0) return {};
  const named = held
    .slice(0, MOST_NAMED)
    .map(({ fingerprint }) => ({ fingerprint, reason: holds.get(fingerprint)!.reason }));
  return { held: named, heldCount: held.length };
}

/** After a notification: what was told as firing earlier, fires still, and is not in this one because it is held back. */
export function owedAfter({ held }: ChannelView, told: Told | null): Pick<FlushDecision, 'owed'> {
  if (told === null || held.length === 0) return {};
  const known = toldFiring(told);
  const owed = held.filter(({ status, fingerprint }) => status === 'firing' && known.has(fingerprint));
  return owed.length === 0 ? {} : { owed: owed.map(({ fingerprint }) => fingerprint) };
}

/** Where the channel is not told: what it is owed still. The end of one may be there, and the channel wants no ends. */
export function owedStill(told: Told | null, ended: readonly string[]): Pick<FlushDecision, 'owed'> {
  if (told?.owed === undefined) return {};
  const over = new Set(ended);
  const owed = told.owed.filter((fingerprint) => !over.has(fingerprint));
  return owed.length === 0 ? {} : { owed };
}
