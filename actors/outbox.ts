/**
 * Effects on their way to other partitions' inboxes. Per destination one frame is in flight and the order is that of the
 * commits; a frame is published until it is acknowledged. The receiver drops what it has seen by its stamp, so publishing
 * again (after a takeover, after a time-out) changes nothing.
 */

import { encodeFrame } from '../bus/frame.ts';
import type { FramePublisher } from '../bus/ingest.ts';
import type { Effect } from '../bus/journal.ts';
import type { PartitionName } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';

interface PendingFrame {
  /** Sequence of the commit before the one that decided it. Never one in the midst of a commit of several messages. */
  readonly after: number;
  readonly data: Uint8Array;
  readonly messageId: string;
}

/** An effect that no message can carry. It will not be published; whoever hears of this keeps it. */
export interface Unpublishable {
  /** Unique, and the same after a takeover. */
  readonly id: string;
  readonly entry: Effect['entry'];
  readonly bytes: number;
}

/** What the partition is told of its effects. */
export interface OutboxEvents {
  /** Called within `add`. */
  unpublishable(effect: Unpublishable): void;
  /** A frame could not be published; it is tried again until it can. Called once per frame. */
  stalled(to: PartitionName, error: unknown): void;
}

const PAUSE = 100;

export class Outbox {
  readonly #origin: PartitionName;
  readonly #publisher: FramePublisher;
  readonly #clock: Clock;
  readonly #events: OutboxEvents;
  readonly #queues = new Map<PartitionName, PendingFrame[]>();
  #lastAdded: number;
  #pending = 0;
  #closed = false;
  #drained: (() => void)[] = [];

  /** `published`: effects of all commits up to this sequence are published. */
  constructor(origin: PartitionName, publisher: FramePublisher, clock: Clock, published: number, events: OutboxEvents) {
    this.#origin = origin;
    this.#publisher = publisher;
    this.#clock = clock;
    this.#lastAdded = published;
    this.#events = events;
  }

  /** Frames that wait. The partition takes no input while this is high. */
  get pending(): number {
    return this.#pending;
  }

  /** Effects of all commits up to this one are published: a sequence behind which the next commit begins. */
  get published(): number {
    let published = this.#lastAdded;
    for (const queue of this.#queues.values()) {
      if (queue.length > 0) published = Math.min(published, queue[0]!.after);
    }
    return published;
  }

  /** Takes the effects of the commit at `seq`, in rising order of `seq`. */
  add(seq: number, effects: readonly Effect[]): void {
    const after = this.#lastAdded;
    this.#lastAdded = seq;
    const { maxFrameBytes, maxMessageBytes } = this.#publisher;
    for (const [to, entries] of byDestination(effects)) {
      const frames = framesOf(this.#origin, seq, entries, maxFrameBytes);
      const queue = this.#queues.get(to) ?? [];
      this.#queues.set(to, queue);
      const idle = queue.length === 0;
      for (const [first, data] of frames) {
        const messageId = `fx.${this.#origin}.${seq}.${to}.${first}`;
        if (data.length > maxMessageBytes) {
          // Refused for ever: it would hold up everything behind it. Frames of several entries are halved long before.
          this.#events.unpublishable({ id: messageId, entry: entries[first]!, bytes: data.length });
          continue;
        }
        queue.push({ after, data, messageId });
        this.#pending++;
      }
      if (idle) void this.#publishAll(to, queue);
    }
  }

  /** Resolves when everything is published or the outbox is closed. */
  drained(): Promise<void> {
    if (this.#pending === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Publishes nothing more. What is left stands in the journal, for the next owner. */
  close(): void {
    this.#closed = true;
    this.#tellDrained();
  }

  async #publishAll(to: PartitionName, queue: PendingFrame[]): Promise<void> {
    let stalled = '';
    while (queue.length > 0 && !this.#closed) {
      const { data, messageId } = queue[0]!;
      try {
        await this.#publisher.publish(to, data, messageId);
      } catch (error) {
        if (stalled !== messageId) this.#events.stalled(to, error);
        stalled = messageId;
        // Full or out of reach: it stays first in its queue and is tried again, for as long as this worker owns the partition.
        await new Promise<void>((resolve) => this.#clock.after(PAUSE, resolve));
        continue;
      }
      queue.shift();
      this.#pending--;
    }
    if (this.#pending === 0) this.#tellDrained();
  }

  #tellDrained(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

function byDestination(effects: readonly Effect[]): Map<PartitionName, Effect['entry'][]> {
  const groups = new Map<PartitionName, Effect['entry'][]>();
  for (const { to, entry } of effects) {
    const entries = groups.get(to);
    if (entries === undefined) groups.set(to, [entry]);
    else entries.push(entry);
  }
  return groups;
}

/** Halves what does not fit, until it does. One entry alone may still be too large. */
function framesOf(
  origin: PartitionName,
  sequence: number,
  entries: readonly Effect['entry'][],
  maxBytes: number,
  first = 0,
): [first: number, data: Buffer][] {
  const data = encodeFrame({ stamp: { origin, sequence, first }, entries });
  if (data.length <= maxBytes || entries.length === 1) return [[first, data]];
  const half = entries.length >> 1;
  return [
    ...framesOf(origin, sequence, entries.slice(0, half), maxBytes, first),
    ...framesOf(origin, sequence, entries.slice(half), maxBytes, first + half),
  ];
}
