/**
 * What is remembered of one group, as plain data for snapshots.
 *
 * A group may hold 10,000 alerts, and each may join on its own: evolveGroup therefore changes `alerts` in place. A state has
 * one owner, who keeps only the newest. The index from fingerprint to place is kept beside the state and made anew
 * when it is missing, as after a recovery.
 */

import type { GroupRef } from './entry.ts';
import type { EscalationState } from './escalation-state.ts';
import type { FlushPass } from './flush-pass.ts';
import type { EndedHolds, HeldAlert } from './held.ts';
import { lineName } from './line-name.ts';
import type { Told } from './needs-update.ts';
import type { GroupedAlert } from './notification.ts';
import type { Unreached } from './reach.ts';

export interface GroupState {
  /** Identity of this life of the group. */
  readonly born: string;
  readonly group: GroupRef;
  readonly alerts: GroupedAlert[];
  /** By line (line-name.ts), also lines to which the route no longer leads. */
  readonly told: readonly Told[];
  /** When it was flushed last, null before the first time. Flushes come at whole group_intervals behind this. */
  readonly flushedAt: number | null;
  /** Next flush. Unix time in milliseconds. */
  readonly dueAt: number;
  /** When those are told who hear that somebody took on what fires. Left out where there is nothing to say. */
  readonly takenDueAt?: number;
  /** Left out where nothing is held, as in groups of before there were holds. */
  readonly held?: readonly HeldAlert[];
  /** Holds that have ended since the last notification. */
  readonly untold?: readonly EndedHolds[];
  /** Who could not be reached, as was last said. Left out where that was nobody. */
  readonly unreached?: readonly Unreached[];
  /** Set while a flush to many recipients is under way. */
  readonly pass?: FlushPass;
  /** Left out where nothing escalates. */
  readonly escalation?: EscalationState;
}

const indexes = new WeakMap<readonly GroupedAlert[], Map<string, number>>();

function indexOf(alerts: readonly GroupedAlert[]): Map<string, number> {
  let index = indexes.get(alerts);
  if (index === undefined) {
    index = new Map(alerts.map((alert, place) => [alert.fingerprint, place]));
    indexes.set(alerts, index);
  }
  return index;
}

const lines = new WeakMap<readonly Told[], ReadonlyMap<string, Told>>();

/** What each line was told, by its name. There may be 10,000. */
export function toldByLine({ told }: Pick<GroupState, 'told'>): ReadonlyMap<string, Told> {
  let known = lines.get(told);
  if (known === undefined) {
    known = new Map(told.map((one) => [lineName(one), one]));
    lines.set(told, known);
  }
  return known;
}

export function hasAlert(state: GroupState, fingerprint: string): boolean {
  return indexOf(state.alerts).has(fingerprint);
}

/** As the group knows it. */
export function alertIn(state: GroupState, fingerprint: string): GroupedAlert | undefined {
  const place = indexOf(state.alerts).get(fingerprint);
  return place === undefined ? undefined : state.alerts[place];
}

export function putAlert(alerts: GroupedAlert[], alert: GroupedAlert): void {
  const index = indexOf(alerts);
  const place = index.get(alert.fingerprint);
  if (place !== undefined) {
    alerts[place] = alert;
    return;
  }
  index.set(alert.fingerprint, alerts.length);
  alerts.push(alert);
}
