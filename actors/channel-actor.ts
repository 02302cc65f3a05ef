/** The shell around one channel's queue (channels/delivery.ts): notifications in, sends out, outcomes back in. */

import type { Entry } from '../alert/entry.ts';
import { reason } from '../alert/reason.ts';
import { emptyChannel } from '../channels/channel-state.ts';
import {
  type ChannelState,
  type DeliveryCommand,
  decideDelivery,
  deliveryDueAt,
  evolveDelivery,
} from '../channels/delivery.ts';
import type { ChannelEvent } from '../channels/delivery-event.ts';
import type { Copied } from '../channels/divert.ts';
import type { Outcome } from '../channels/outcome.ts';
import type { CommandReply, DecisionContext, EntityDecision, EntityKind } from './entity.ts';

type Message =
  | Entry
  | { readonly kind: 'outcome'; readonly notificationId: string; readonly attempt: number; readonly outcome: Outcome }
  | { readonly kind: 'pump' }
  | { readonly kind: 'recovered' };

export const channelKind: EntityKind<ChannelState, Message> = {
  kind: 'channel',
  decide(state, message, context): EntityDecision {
    const command = commandOf(message, context);
    const [tenant, name] = tenantAndName(context.key);
    const neighbours = {
      wants(channel: string, news: Copied) {
        const wanted = context.policy.channel(tenant, channel);
        return (news === 'resolved' ? wanted?.sendResolved : wanted?.sendAcknowledged) ?? false;
      },
      audience: (audience: string) => context.policy.directory.audience(tenant, audience),
    };
    const policy = context.policy.channel(tenant, name);
    const { events, effects, sends } = decideDelivery(state, command, context.now, policy, neighbours);
    return { events, effects, replies: repliesTo(message, events), sends };
  },
  evolve: (state, event) => evolveDelivery(state, event as ChannelEvent),
  dueAt: (state, policy, key) => deliveryDueAt(state, policy.channel(...tenantAndName(key))),
  // A queue that was touched may have something to start; one that is due has a retry to make.
  settle: () => ({ kind: 'pump' }),
  recovered: () => ({ kind: 'recovered' }),
  pack: (state) => state,
  unpack: (packed) => ({ ...emptyChannel(), ...(packed as ChannelState) }),
};

function commandOf(message: Message, { random }: DecisionContext): DeliveryCommand {
  switch (message.kind) {
    case 'notification':
      return {
        kind: 'queue',
        notification: message.notification,
        ...(message.replayed === true ? { because: reason('delivery.replayed') } : {}),
      };
    case 'submit':
      return {
        kind: 'queue',
        notification: message.notification,
        because: reason(`delivery.${message.because}`, `by ${message.by}`),
      };
    case 'receipt':
    case 'probe':
      return { kind: message.kind, report: message } as DeliveryCommand;
    case 'outcome':
      return { ...message, random: random() };
    case 'pump':
      return { kind: 'pump' };
    case 'recovered':
      return { kind: 'recovered' };
    default:
      throw new TypeError(`a channel actor was given an entry of kind ${message.kind}`);
  }
}

function repliesTo(message: Message, events: readonly ChannelEvent[]): CommandReply[] {
  if (message.kind !== 'submit') return [];
  const [first] = events;
  const reasons = first?.reasons ?? [reason('delivery.queued', 'it was taken on before')];
  const dead = events.find(({ type }) => type === 'delivery.dead');
  return [
    {
      to: message.replyTo,
      ok: dead === undefined,
      status: dead === undefined ? 200 : 409,
      reasons: dead?.reasons ?? reasons,
    },
  ];
}

/** The key of a channel is tenant/name (alert/entry.ts, channelKey); neither holds a slash. */
function tenantAndName(key: string): [tenant: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
