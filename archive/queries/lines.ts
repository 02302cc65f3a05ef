/** The lines of a group: its channels, and each recipient by each channel. What is told and what is refused is told by them. Pure. */

import { lineName } from '../../alert/line-name.ts';
import { isPerson } from '../../alert/people.ts';
import type { DecisionRow, DeliveryRow, GroupRow } from '../schema.ts';

/** As decisions name it. */
export function lineOf({ channel, recipient }: Pick<DeliveryRow, 'channel' | 'recipient'>): string {
  return lineName(recipient === null ? { channel } : { channel, recipient: { name: recipient } });
}

/**
 * Those of the route as it is, and any that were told under an earlier one. Whom a person or a team of the route stands for is known
 * once the group has decided; until then it stands for itself. Somebody who was told later is not also among those who were not.
 */
export function linesOf(
  group: GroupRow,
  allDecisions: readonly DecisionRow[],
  allDeliveries: readonly DeliveryRow[],
): string[] {
  const decisions = allDecisions.filter(({ group_id }) => group_id === group.id);
  const deliveries = allDeliveries.filter(({ group_id }) => group_id === group.id);
  const named = (JSON.parse(group.channels) as string[]).flatMap((receiver) => {
    if (!isPerson(receiver)) return [receiver];
    return decisions.length === 0 ? [unreached(receiver)] : [];
  });
  const told = new Map<string, number>();
  for (const { recipient, created_at } of deliveries) {
    if (recipient !== null) told.set(recipient, Math.max(created_at, told.get(recipient) ?? 0));
  }
  const decided = decisions.filter(({ channel, at }) => {
    return !channel.startsWith(' ') || at > (told.get(channel.slice(1)) ?? 0);
  });
  return [...new Set([...named, ...decided.map(({ channel }) => channel), ...deliveries.map(lineOf)])];
}

function unreached(recipient: string): string {
  return lineName({ channel: '', recipient: { name: recipient } });
}
