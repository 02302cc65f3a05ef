/**
 * The shell around what one partition knows of a tenant's silences and inhibiting alerts (alert/holds-state.ts). Groups look
 * at its state when they are flushed; nobody waits for it.
 */

import type { Entry } from '../alert/entry.ts';
import type { HoldsEvent } from '../alert/event.ts';
import { evolveHolds, type HoldsState, holdsDueAt, packHolds, unpackHolds } from '../alert/holds-state.ts';
import { decideHolds, type HoldsCommand } from '../alert/silence-command.ts';
import type { EntityDecision, EntityKind } from './entity.ts';

type Message = Entry | { readonly kind: 'tick' };

export const holdsKind: EntityKind<HoldsState, Message> = {
  kind: 'holds',
  decide(state, message, { now, policy, key }): EntityDecision {
    const { events, effects, reply } = decideHolds(state, commandOf(message), key, now, policy);
    const replies = reply !== undefined && message.kind === 'silence' ? [{ to: message.replyTo, ...reply }] : [];
    return { events, effects, replies, sends: [] };
  },
  evolve: (state, event) => evolveHolds(state, event as HoldsEvent),
  dueAt: holdsDueAt,
  settle(state, now) {
    const due = holdsDueAt(state);
    return due !== null && due <= now ? { kind: 'tick' } : null;
  },
  pack: packHolds,
  unpack: unpackHolds,
};

function commandOf(message: Message): HoldsCommand {
  switch (message.kind) {
    case 'silence':
    case 'silence-copy':
    case 'inhibitor':
    case 'incident-hold':
    case 'tick':
      return message;
    default:
      throw new TypeError(`a holds actor was given an entry of kind ${message.kind}`);
  }
}
