/** Whom the receivers of a group reach now, and what was said of those who are not reached. */

import { PRIORITIES } from './alert.ts';
import type { GroupRef } from './entry.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold, Policy } from './policy.ts';
import { type Reached, reach, type Unreached } from './reach.ts';

/** What is held back is not told, so it makes nothing more urgent. `holds`: by fingerprint. */
export function reachedBy(
  receivers: Iterable<string>,
  all: readonly GroupedAlert[],
  holds: ReadonlyMap<string, Hold>,
  { tenant }: Pick<GroupRef, 'tenant'>,
  now: number,
  { directory }: Pick<Policy, 'directory'>,
): Reached {
  const free = holds.size === 0 ? all : all.filter(({ fingerprint }) => !holds.has(fingerprint));
  const firing = free.length === 0 ? all : free;
  const priority = PRIORITIES.find((one) => firing.some((alert) => alert.priority === one)) ?? PRIORITIES.at(-1)!;
  const critical = firing.some(({ labels }) => labels.severity === 'critical');
  return reach(receivers, { tenant, priority, critical, now }, directory);
}

/** As many stand in the ledger by name. */
const MOST_NAMED = 200;

/** For the event, left out where it says what was said before. */
export function unreachedAfter(
  before: readonly Unreached[] | undefined,
  { unreached }: Pick<Reached, 'unreached'>,
): { readonly unreached?: readonly Unreached[] } {
  const named = unreached.slice(0, MOST_NAMED);
  return isSame(before ?? [], named) ? {} : { unreached: named };
}

function isSame(a: readonly Unreached[], b: readonly Unreached[]): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ receiver, recipient, reason, until }, i) => {
    const other = b[i]!;
    return (
      receiver === other.receiver &&
      recipient === other.recipient &&
      reason.code === other.reason.code &&
      until === other.until
    );
  });
}

/** When somebody who is not reached now may be: the group is looked at again then. Infinity: not by itself. */
export function reachedAt({ unreached }: Pick<Reached, 'unreached'>, now: number): number {
  let at = Number.POSITIVE_INFINITY;
  for (const { until } of unreached) if (until !== null && until > now && until < at) at = until;
  return at;
}
