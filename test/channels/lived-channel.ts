/** One channel lived by hand: decisions are carried out, time is a number. */

import type { UndeliveredEntry } from '../../alert/entry.ts';
import type { Notification } from '../../alert/notification.ts';
import type { ChannelPolicy } from '../../alert/policy.ts';
import {
  type ChannelState,
  type DeliveryCommand,
  decideDelivery,
  deliveryDueAt,
  evolveDelivery,
  type Neighbours,
} from '../../channels/delivery.ts';
import type { ChannelEvent } from '../../channels/delivery-event.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { aChannel } from '../support/fake-policy.ts';
import { aNotification } from '../support/notification.ts';

export const T0 = Date.parse('2026-11-23T09:00:00Z');

export class LivedChannel {
  state: ChannelState | null = null;
  policy: ChannelPolicy;
  now = T0;
  readonly events: ChannelEvent[] = [];
  /** To other channels. */
  readonly effects: Notification[] = [];
  /** To the groups that nobody was told of. */
  readonly undelivered: UndeliveredEntry[] = [];
  neighbours: Neighbours = { wants: () => true, audience: () => null };

  constructor(change: Partial<ChannelPolicy> = {}, name = 'ops') {
    this.policy = aChannel(name, { concurrency: 100, ...change });
  }

  /** The group is the first letter of the id. */
  queue(id: string, change: Partial<Notification> = {}): this {
    const { name: channel } = this.policy;
    this.take(aNotification({ id, groupId: id[0]!, channel, createdAt: this.now, priority: 'P3', ...change }));
    return this;
  }

  take(notification: Notification): this {
    this.run({ kind: 'queue', notification });
    return this;
  }

  /** Ids that are started. */
  pump(): string[] {
    return this.run({ kind: 'pump' }).sends.map(({ notification }) => notification.id);
  }

  /** Pumps as often as its due time asks for it; ids that are started. */
  settle(): string[] {
    const started: string[] = [];
    for (let i = 0; i < 10_000; i++) {
      started.push(...this.pump());
      const due = this.dueAt();
      if (due === null || due > this.now) return started;
    }
    throw new Error('it is due for ever');
  }

  /** The codes of what follows. */
  answer(notificationId: string, outcome: Outcome, attempt = 1): string[] {
    const { events } = this.run({ kind: 'outcome', notificationId, attempt, outcome, random: 0.5 });
    return events.map(({ type, reasons }) => `${type} ${reasons[0]?.code}`);
  }

  run(command: DeliveryCommand) {
    const decision = decideDelivery(this.state, command, this.now, this.policy, this.neighbours);
    for (const event of decision.events) this.state = evolveDelivery(this.state, event);
    this.events.push(...decision.events);
    for (const entry of decision.effects) {
      if (entry.kind === 'notification') this.effects.push(entry.notification);
      else if (entry.kind === 'undelivered') this.undelivered.push(entry);
    }
    return decision;
  }

  dueAt(): number | null {
    return this.state === null ? null : deliveryDueAt(this.state, this.policy);
  }

  of<Type extends ChannelEvent['type']>(type: Type): Extract<ChannelEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ChannelEvent, { type: Type }> => event.type === type);
  }
}
