/** How one user is told: by which contacts, and whether that has to wait. Pure. */

import type { Recipient } from './notification.ts';
import type { Contact, User } from './people.ts';
import type { ReachFacts } from './reach.ts';
import { type Reason, reason } from './reason.ts';

/** null: they do not keep this from being told now. */
export function quietUntil({ quietHours }: User, { priority, critical, now }: ReachFacts): number | null {
  if (quietHours === null) return null;
  if (quietHours.breakThrough.includes(priority) || (critical && quietHours.criticalBreaksThrough)) return null;
  const { inside, until } = quietHours.when.at(now);
  return inside ? until : null;
}

interface Chosen {
  readonly contacts: readonly Contact[];
  readonly why: Reason;
}

/** A preference that names no channel for which there is a contact is passed over: somebody is to be told. */
export function contactsOf(user: User, facts: ReachFacts): Chosen {
  for (const [i, preference] of user.preferences.entries()) {
    const { priorities, when, channels, all } = preference;
    if (priorities !== null && !priorities.includes(facts.priority)) continue;
    if (when !== null && !when.at(facts.now).inside) continue;
    const wanted = channels.flatMap((channel) => user.contacts.find((contact) => contact.channel === channel) ?? []);
    if (wanted.length === 0) continue;
    const contacts = all ? wanted : wanted.slice(0, 1);
    return { contacts, why: reason('reach.preferred', `preference ${i + 1} of user/${user.name}`) };
  }
  return { contacts: user.contacts.slice(0, 1), why: reason('reach.first-contact', `user/${user.name}`) };
}

export function othersOf({ contacts }: User, chosen: readonly Contact[]): readonly Contact[] {
  return contacts.filter((contact) => !chosen.includes(contact));
}

export function recipientOf(
  { name, language, timeZone }: User,
  { address, format }: Contact,
  next: readonly Contact[],
): Recipient {
  return {
    name: `user/${name}`,
    address,
    ...(format === undefined ? {} : { format }),
    ...(language === null ? {} : { language }),
    ...(timeZone === null ? {} : { timeZone }),
    ...(next.length === 0 ? {} : { next }),
  };
}
