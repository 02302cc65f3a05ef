/** The shell around one alert's life (alert/lifecycle.ts): entries in, decision, effects to its groups. */

import type { Alert } from '../alert/alert.ts';
import { approvalRequest } from '../alert/approval-request.ts';
import { correlationOf } from '../alert/correlation-entry.ts';
import type { Entry } from '../alert/entry.ts';
import type { AlertEvent } from '../alert/event.ts';
import { type AlertCommand, type AlertState, alertDueAt, decideAlert, evolveAlert } from '../alert/lifecycle.ts';
import { namespaceOf } from '../alert/namespace.ts';
import { type PackedAlert, packAlert, unpackAlert } from '../alert/packed-alert.ts';
import type { Placement } from '../alert/promotion-state.ts';
import { type DecisionContext, type EntityDecision, type EntityKind, NO_REPLIES, NO_SENDS } from './entity.ts';

type Message = Entry | { readonly kind: 'tick' };

export const alertKind: EntityKind<AlertState, Message> = {
  kind: 'alert',
  decide(state, message, context): EntityDecision {
    const { now, policy } = context;
    const decision = decideAlert(state, commandOf(message, context), now, policy);
    const { events, effects: toGroups, inhibitor, reply } = decision;
    const correlation = correlationOf(state, events, policy);
    const request = approvalRequest(state, events);
    const others = [inhibitor, correlation, request].filter((entry) => entry != null);
    const effects = others.length === 0 ? toGroups : [...toGroups, ...others];
    const isAnswered = reply !== undefined && message.kind === 'command';
    const replies = isAnswered ? [{ to: message.replyTo, ...reply }] : NO_REPLIES;
    return { events, effects, replies, sends: NO_SENDS };
  },
  evolve: (state, event) => evolveAlert(state, event as AlertEvent),
  classOf: ({ phase, environment, priority }) => `${phase} ${environment} ${priority}`,
  dueAt: alertDueAt,
  settle(state, now, policy) {
    const due = alertDueAt(state, policy);
    return due !== null && due <= now ? { kind: 'tick' } : null;
  },
  mostAwake: 50,
  pack: packAlert,
  unpack: (packed) => unpackAlert(packed as PackedAlert),
};

function commandOf(message: Message, { advice, placements }: DecisionContext): AlertCommand {
  switch (message.kind) {
    case 'alert':
      return {
        kind: 'report',
        alert: message.alert,
        cause: { receipt: message.receipt, index: message.index },
        advice: advice(message),
        ...placedIn(placements(message.alert.tenant), message.alert),
      };
    case 'command':
      return { kind: 'command', entry: message };
    case 'tick':
      return { kind: 'tick' };
    default:
      throw new TypeError(`an alert actor was given an entry of kind ${message.kind}`);
  }
}

const NOWHERE = Object.freeze({});

/** Left out where nobody put its namespace anywhere, as for nearly all. */
function placedIn(placements: ReadonlyMap<string, Placement> | null, { labels }: Alert): { placed?: Placement } {
  const placed = placements?.get(namespaceOf(labels));
  return placed === undefined ? NOWHERE : { placed };
}
