/** The shell around one group (alert/group.ts): alerts in, timers from its state, notifications to channels out. */

import type { Entry } from '../alert/entry.ts';
import type { GroupEvent } from '../alert/event.ts';
import { decideGroup, evolveGroup, type GroupCommand, type GroupState, groupDueAt } from '../alert/group.ts';
import { type EntityDecision, type EntityKind, NO_REPLIES, NO_SENDS } from './entity.ts';

type Message = Entry | { readonly kind: 'tick' };

export const groupKind: EntityKind<GroupState, Message> = {
  kind: 'group',
  decide(state, message, { now, policy, position, holds, quietUntil: quiet }): EntityDecision {
    const known = state === null ? null : holds(state.group.tenant);
    const { events, effects, quietUntil } = decideGroup(state, commandOf(message), now, policy, position, known, quiet);
    const decision = { events, effects, replies: NO_REPLIES, sends: NO_SENDS };
    return quietUntil === undefined ? decision : { ...decision, quietUntil };
  },
  evolve: (state, event) => evolveGroup(state, event as GroupEvent),
  dueAt: groupDueAt,
  settle(state, now) {
    const due = groupDueAt(state);
    return due !== null && due <= now ? { kind: 'tick' } : null;
  },
  pack: (state) => state,
  unpack: (packed) => packed as GroupState,
};

function commandOf(message: Message): GroupCommand {
  switch (message.kind) {
    case 'group':
      return { kind: 'insert', entry: message };
    case 'undelivered':
      return { kind: 'undelivered', entry: message };
    case 'tick':
      return { kind: 'tick' };
    default:
      throw new TypeError(`a group actor was given an entry of kind ${message.kind}`);
  }
}
