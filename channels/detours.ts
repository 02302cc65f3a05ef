/**
 * Which groups a channel sent elsewhere, and where to: who was told of them there hears of their ends there, too. A channel that
 * hands on (members) finds here to which of them a group went before. Changed in place (see channel-state.ts).
 */

import type { Notification } from '../alert/notification.ts';

export interface Detour {
  readonly group: string;
  /** Name; '' where the channel's own options name the address. */
  readonly recipient: string;
  to: string;
  /** As the notification that went there had them. */
  alternatives: readonly string[] | null;
  /** Unix time in milliseconds. */
  at: number;
}

export const MOST_DETOURS = 10_000;

type Whose = Pick<Notification, 'groupId' | 'recipient'>;

const indexes = new WeakMap<Detour[], Map<string, Detour>>();

function indexOf(detours: Detour[]): Map<string, Detour> {
  let index = indexes.get(detours);
  if (index === undefined) {
    index = new Map(detours.map((one) => [keyOf(one.group, one.recipient), one]));
    indexes.set(detours, index);
  }
  return index;
}

export function detourOf(detours: Detour[], { groupId, recipient }: Whose): Detour | null {
  return indexOf(detours).get(keyOf(groupId, recipient?.name ?? '')) ?? null;
}

export function noteDetour(
  detours: Detour[],
  { groupId, recipient }: Whose,
  to: string,
  alternatives: readonly string[] | null,
  at: number,
): void {
  const name = recipient?.name ?? '';
  const known = indexOf(detours).get(keyOf(groupId, name));
  if (known !== undefined) {
    Object.assign(known, { to, alternatives, at });
    return;
  }
  if (detours.length >= MOST_DETOURS) {
    // A tenth at once: not to sort at every one.
    const newest = detours.toSorted((a, b) => a.at - b.at).slice(MOST_DETOURS / 10);
    detours.splice(0, detours.length, ...newest);
    indexes.delete(detours);
  }
  const fresh: Detour = { group: groupId, recipient: name, to, alternatives, at };
  detours.push(fresh);
  indexOf(detours).set(keyOf(groupId, name), fresh);
}

/** Its group has ended. */
export function dropDetour(detours: Detour[], { groupId, recipient }: Whose): void {
  const index = indexOf(detours);
  const key = keyOf(groupId, recipient?.name ?? '');
  const known = index.get(key);
  if (known === undefined) return;
  index.delete(key);
  const last = detours.pop()!;
  if (last !== known) detours[detours.indexOf(known)] = last;
}

function keyOf(group: string, recipient: string): string {
  return `${group}\n${recipient}`;
}
