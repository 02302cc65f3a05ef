/**
 * What a provider gave to find a group's conversation by (a message to update, a thread, a ticket), per group and recipient:
 * the latest one that a delivery left. Changed in place (see channel-state.ts).
 *
 * Bounded in number and in age. When a group has ended its reference stays for a while, since the same group often comes back
 * and its story belongs together; then it is dropped.
 */

import type { Notification } from '../alert/notification.ts';

export interface Conversation {
  readonly group: string;
  /** Name; '' where the channel's own options name the address. */
  readonly recipient: string;
  reference: string;
  /** Of the last delivery. Unix time in milliseconds. */
  at: number;
  /** The last delivery said that all has ended. */
  ended: boolean;
}

export const MOST_CONVERSATIONS = 10_000;
/** How much they grow between two looks for those whose time is over. */
const LOOK_EVERY = 512;
const DAY = 24 * 60 * 60 * 1000;
const KEPT_AFTER_END = DAY;
/** A group that repeats its notification does so within days; one that is silent for longer is not the same story. */
const KEPT_SILENT = 30 * DAY;

type Whose = Pick<Notification, 'groupId' | 'recipient'>;

const indexes = new WeakMap<Conversation[], Map<string, Conversation>>();

function indexOf(conversations: Conversation[]): Map<string, Conversation> {
  let index = indexes.get(conversations);
  if (index === undefined) {
    index = new Map(conversations.map((one) => [keyOf(one.group, one.recipient), one]));
    indexes.set(conversations, index);
  }
  return index;
}

export function earlierReference(conversations: Conversation[], whose: Whose, now: number): string | null {
  const known = indexOf(conversations).get(keyOf(whose.groupId, whose.recipient?.name ?? ''));
  return known === undefined || isOver(known, now) ? null : known.reference;
}

/** A delivery without a reference leaves the one before in force. */
export function noteConversation(
  conversations: Conversation[],
  { groupId, recipient, status }: Whose & Pick<Notification, 'status'>,
  reference: string | null,
  at: number,
): void {
  const index = indexOf(conversations);
  const key = keyOf(groupId, recipient?.name ?? '');
  const known = index.get(key);
  const ended = status === 'resolved';
  if (known !== undefined) {
    known.reference = reference ?? known.reference;
    known.at = at;
    known.ended = ended;
  } else if (reference !== null) {
    const { length } = conversations;
    if (length >= MOST_CONVERSATIONS || length % LOOK_EVERY === LOOK_EVERY - 1) dropOld(conversations, at);
    const begun = { group: groupId, recipient: recipient?.name ?? '', reference, at, ended };
    conversations.push(begun);
    indexOf(conversations).set(key, begun);
  }
}

function isOver({ at, ended }: Conversation, now: number): boolean {
  return now - at > (ended ? KEPT_AFTER_END : KEPT_SILENT);
}

/** Those whose time is over, and as many of the oldest as it takes to have a tenth free: not to be here at every delivery. */
function dropOld(conversations: Conversation[], now: number): void {
  const kept = conversations
    .filter((one) => !isOver(one, now))
    .sort((a, b) => a.at - b.at)
    .slice(-MOST_CONVERSATIONS * 0.9);
  conversations.splice(0, conversations.length, ...kept);
  indexes.delete(conversations);
}

function keyOf(group: string, recipient: string): string {
  return `${group}\n${recipient}`;
}
