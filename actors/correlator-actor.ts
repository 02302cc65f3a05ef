/** The shell around a tenant's correlator (alert/correlator.ts): alerts and findings in, incidents and storms out. */

import type { CorrelationEvent } from '../alert/correlation-event.ts';
import { type CorrelatorCommand, correlatorDueAt, decideCorrelation } from '../alert/correlator.ts';
import { evolveCorrelator } from '../alert/correlator-evolve.ts';
import { type CorrelatorState, packCorrelator, unpackCorrelator } from '../alert/correlator-state.ts';
import type { Entry } from '../alert/entry.ts';
import type { EntityDecision, EntityKind } from './entity.ts';

type Message = Entry | Exclude<CorrelatorCommand, { readonly kind: 'entry' }>;

export const correlatorKind: EntityKind<CorrelatorState, Message> = {
  kind: 'correlator',
  decide(state, message, { now, policy, key }): EntityDecision {
    const { events, effects, task } = decideCorrelation(state, commandOf(message), key, now, policy);
    return { events, effects, replies: [], sends: [], ...(task === null ? {} : { task }) };
  },
  evolve: (state, event) => evolveCorrelator(state, event as CorrelationEvent),
  dueAt: correlatorDueAt,
  settle(state, now) {
    const due = correlatorDueAt(state);
    return due !== null && due <= now ? { kind: 'tick' } : null;
  },
  // Who had its task is gone.
  recovered: ({ running }) => (running === null ? null : { kind: 'recovered' }),
  pack: packCorrelator,
  unpack: unpackCorrelator,
};

function commandOf(message: Message): CorrelatorCommand {
  switch (message.kind) {
    case 'correlation':
      return { kind: 'entry', entry: message };
    case 'tick':
    case 'found':
    case 'failed':
    case 'recovered':
      return message;
    default:
      throw new TypeError(`a correlator was given an entry of kind ${message.kind}`);
  }
}
