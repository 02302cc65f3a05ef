/**
 * The senders of the channels that are declared now. A changed channel gets a new sender; the old one ends what it has under
 * way first.
 */

import { channelKey } from '../alert/entity-address.ts';
import type { Send } from '../channels/delivery.ts';
import type { Outcome } from '../channels/outcome.ts';
import { CHANNEL_TYPES } from '../channels/registry.ts';
import type { Probe, Sender, SenderContext, SenderMemory } from '../channels/sender.ts';
import type { Channel } from '../resources/channel.ts';
import { type Mask, unmasked } from '../rules/mask.ts';

interface Entry {
  readonly tenant: string;
  readonly name: string;
  readonly declared: string;
  readonly sender: Sender;
  underWay: number;
  retired: boolean;
}

/** A channel whose sender takes answers. */
export interface Watchable {
  readonly tenant: string;
  readonly name: string;
  readonly sender: Sender;
}

export class Senders {
  readonly #context: SenderContext;
  readonly #memoryOf: ((channel: string) => SenderMemory) | null;
  readonly #entries = new Map<string, Entry>();
  #mask: Mask = unmasked;

  constructor(context: SenderContext, memoryOf: ((channel: string) => SenderMemory) | null = null) {
    this.#context = context;
    this.#memoryOf = memoryOf;
  }

  /** From now on these channels, and no notification reaches one but through `mask`. */
  use(channels: ReadonlyMap<string, Channel>, mask: Mask = unmasked): void {
    this.#mask = mask;
    for (const [key, entry] of this.#entries) {
      const channel = channels.get(key);
      if (channel === undefined || declaration(channel) !== entry.declared) this.#retire(key, entry);
    }
    for (const [key, channel] of channels) {
      if (this.#entries.has(key)) continue;
      const memory = this.#memoryOf === null ? {} : { memory: this.#memoryOf(key) };
      const sender = CHANNEL_TYPES[channel.type]!.create(channel.options, { ...this.#context, ...memory });
      this.#entries.set(key, {
        ...named(channel),
        declared: declaration(channel),
        sender,
        underWay: 0,
        retired: false,
      });
    }
  }

  async send({ notification, attempt, earlier, progress }: Send, signal: AbortSignal): Promise<Outcome> {
    const key = channelKey(notification.tenant, notification.channel);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      return { kind: 'retry', detail: `channel ${key} is not declared any more`, notBefore: null };
    }
    entry.underWay++;
    try {
      return await entry.sender.send(this.#mask(notification), attempt, signal, earlier, progress);
    } finally {
      entry.underWay--;
      this.#closeWhenIdle(entry);
    }
  }

  watchable(): Watchable[] {
    return [...this.#entries.values()].filter(({ sender }) => sender.watch !== undefined);
  }

  /** null: its type has nothing to ask, or it is not declared. */
  async probe(tenant: string, name: string, signal: AbortSignal): Promise<Probe | null> {
    const entry = this.#entries.get(channelKey(tenant, name));
    if (entry?.sender.probe === undefined) return null;
    entry.underWay++;
    try {
      return await entry.sender.probe(signal);
    } finally {
      entry.underWay--;
      this.#closeWhenIdle(entry);
    }
  }

  /** Those that are declared now. */
  get channels(): readonly { readonly tenant: string; readonly name: string }[] {
    return Array.from(this.#entries.keys(), (key) => {
      const slash = key.indexOf('/');
      return { tenant: key.slice(0, slash), name: key.slice(slash + 1) };
    });
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(({ sender }) => sender.close()));
  }

  #retire(key: string, entry: Entry): void {
    this.#entries.delete(key);
    entry.retired = true;
    this.#closeWhenIdle(entry);
  }

  #closeWhenIdle(entry: Entry): void {
    if (!entry.retired || entry.underWay > 0) return;
    entry.sender.close().catch((error: unknown) => {
      this.#context.log.warn({ event: 'sender.close-failed', error }, 'a retired sender did not close');
    });
  }
}

function named({ tenant, name }: Channel) {
  return { tenant, name };
}

function declaration(channel: Channel): string {
  return JSON.stringify([channel.type, channel.options]);
}
