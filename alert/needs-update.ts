/**
 * Whether a channel hears of its group now: Alertmanager's needsUpdate (notify/dedup_stage.go), case by case, with the name
 * of the case as its reason. Ours is one case more: somebody took on what fires (taken-on.ts).
 */

import type { Recipient } from './notification.ts';
import type { ReasonCode } from './reason.ts';

/** What a channel, or one recipient by it, was told last. Fingerprints; never one in both. */
export interface Told {
  readonly channel: string;
  /** As it was told last: its end goes there, whoever is on call by then. Left out where the channel itself is told. */
  readonly recipient?: Recipient;
  /** How many notifications it got in this life of the group. */
  readonly count: number;
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
  /**
   * Told as firing, and left out of the last notification because they are held back: not counted as told any more, but their
   * end is told. Left out where there are none.
   */
  readonly owed?: readonly string[];
  /** Of those told as firing: which in somebody's hand. Left out where there are none, or where it does not hear of that. */
  readonly acknowledged?: readonly string[];
  /** When it was told. Unix time in milliseconds. */
  readonly at: number;
}

export interface UpdateCase {
  readonly notify: boolean;
  readonly code: ReasonCode;
}

export interface Present {
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
  /** Of the firing ones, for a line that hears of that: which somebody has in hand. */
  readonly acknowledged?: readonly string[];
}

export function needsUpdate(
  told: Told | null,
  present: Present,
  sendResolved: boolean,
  repeatInterval: number,
  now: number,
): UpdateCase {
  const { firing, resolved, acknowledged = [] } = present;
  if (told === null) {
    return firing.length > 0 ? notify('group.first') : remain('group.nothing-firing');
  }
  if (!isSubset(firing, told.firing)) {
    // What it was told last was a resolution: a new first notification.
    return notify(told.firing.length === 0 ? 'group.first' : 'group.new-firing');
  }
  if (firing.length === 0) {
    // Whether or not the channel wants resolved ones, so that it no longer counts as told that something fires.
    if (told.firing.length > 0 || owesEnd(told, resolved)) return notify('group.all-resolved');
    return remain('group.unchanged');
  }
  if (sendResolved && !isSubset(resolved, told.resolved)) return notify('group.new-resolved');
  if (!isSubset(acknowledged, told.acknowledged ?? [])) return notify('group.acknowledged');
  return told.at < now - repeatInterval ? notify('group.repeat') : remain('group.unchanged');
}

/** Its end is told to the channel, whatever holds it back. */
export function wasToldFiring({ firing, owed = [] }: Told, fingerprint: string): boolean {
  return firing.includes(fingerprint) || owed.includes(fingerprint);
}

function owesEnd({ owed = [] }: Told, resolved: readonly string[]): boolean {
  if (owed.length === 0) return false;
  const members = new Set(owed);
  return resolved.some((fingerprint) => members.has(fingerprint));
}

function notify(code: ReasonCode): UpdateCase {
  return { notify: true, code };
}

function remain(code: ReasonCode): UpdateCase {
  return { notify: false, code };
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  if (part.length === 0) return true;
  if (whole.length === 0) return false;
  const members = new Set(whole);
  return part.every((fingerprint) => members.has(fingerprint));
}
