/**
 * Effects on their way from one partition to one other, in the order of the commits.
 *
 *   states      | goes on
 *   ------------|-----------------------------------------------------------------------------------------------------
 *   idle        | with the next effects
 *   publishing  | one frame is in flight to the inbox stream of the destination, and tried again until it is acknowledged
 *   handed      | frames wait for the next commit of the destination, which lives in this worker
 *
 * Never both at once: what is published behind frames that were handed over, and are lost with their receiver, would make the
 * destination drop those when they come. So frames are handed over only once the destination has taken in everything that
 * was published to it, also by a former owner: the first frame always goes through the stream, and its sequence is the
 * barrier. And nothing is published before the receiver of the handed ones has said what became of them.
 */

import type { Entry } from '../alert/entry.ts';
import { encodeFrame, type Frame } from '../bus/frame.ts';
import type { FramePublisher } from '../bus/ingest.ts';
import type { PartitionName } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Receiver } from './handover.ts';

/** The effects of one commit for one destination. */
export interface Batch {
  /** Sequence of the commit before the one that decided them. Never one in the midst of a commit of several messages. */
  readonly after: number;
  readonly sequence: number;
  readonly entries: readonly Entry[];
}

/** An effect that no message can carry. It will not be published; whoever hears of this keeps it. */
export interface Unpublishable {
  /** Unique, and the same after a takeover. */
  readonly id: string;
  readonly entry: Entry;
  readonly bytes: number;
}

export interface DestinationDeps {
  readonly origin: PartitionName;
  readonly publisher: FramePublisher;
  readonly clock: Clock;
  /** The destination, while it lives in this worker. */
  receiver(): Receiver | null;
  /** Something went out. */
  settled(): void;
  unpublishable(effect: Unpublishable): void;
  stalled(error: unknown): void;
}

const PAUSE = 100;

export class Destination {
  readonly #to: PartitionName;
  readonly #deps: DestinationDeps;
  readonly #queue: Batch[] = [];
  /** Of the queue, how many the receiver has. */
  #handed = 0;
  #publishing = false;
  #closed = false;
  /** Sequence in the destination's inbox of the last frame that was published; null: none was yet. */
  #barrier: number | null = null;

  constructor(to: PartitionName, deps: DestinationDeps) {
    this.#to = to;
    this.#deps = deps;
  }

  get pending(): number {
    return this.#queue.length;
  }

  /** Of the first that has not gone out; null when all have. */
  get after(): number | null {
    return this.#queue[0]?.after ?? null;
  }

  add(batch: Batch): void {
    this.#queue.push(batch);
    this.#go();
  }

  close(): void {
    this.#closed = true;
  }

  #go(): void {
    if (this.#closed || this.#publishing) return;
    const receiver = this.#openReceiver();
    while (receiver !== null && this.#handed < this.#queue.length) {
      if (!receiver.hand(this.#frameOf(this.#queue[this.#handed]!), (taken) => this.#settled(taken))) break;
      this.#handed++;
    }
    if (this.#handed === 0 && this.#queue.length > 0) void this.#publishAll();
  }

  #openReceiver(): Receiver | null {
    if (this.#barrier === null) return null;
    const receiver = this.#deps.receiver();
    return receiver !== null && receiver.cursor >= this.#barrier ? receiver : null;
  }

  #settled(taken: boolean): void {
    this.#handed--;
    if (taken) this.#gone();
    if (this.#handed === 0) this.#go();
  }

  #gone(): void {
    this.#queue.shift();
    this.#deps.settled();
  }

  #frameOf({ sequence, entries }: Batch, first = 0): Frame {
    return { stamp: { origin: this.#deps.origin, sequence, first }, entries };
  }

  async #publishAll(): Promise<void> {
    this.#publishing = true;
    // One at least: the receiver may be there and refuse.
    do {
      const batch = this.#queue[0]!;
      await this.#publishParts(batch, batch.entries, 0);
      if (!this.#closed) this.#gone();
    } while (this.#queue.length > 0 && !this.#closed && this.#openReceiver() === null);
    this.#publishing = false;
    this.#go();
  }

  /** Halves what does not fit a message, until it does. One entry alone may still be too large. */
  async #publishParts(batch: Batch, entries: Batch['entries'], first: number): Promise<void> {
    const { maxFrameBytes, maxMessageBytes } = this.#deps.publisher;
    const data = encodeFrame({ ...this.#frameOf(batch, first), entries });
    if (data.length > maxFrameBytes && entries.length > 1) {
      const half = entries.length >> 1;
      await this.#publishParts(batch, entries.slice(0, half), first);
      await this.#publishParts(batch, entries.slice(half), first + half);
      return;
    }
    const id = `fx.${this.#deps.origin}.${batch.sequence}.${this.#to}.${first}`;
    if (data.length <= maxMessageBytes) return this.#publish(data, id);
    // Refused for ever: it would hold up everything behind it.
    this.#deps.unpublishable({ id, entry: entries[0]!, bytes: data.length });
  }

  /** Full or out of reach: it stays first and is tried again, for as long as this worker owns the partition. */
  async #publish(data: Uint8Array, messageId: string): Promise<void> {
    let told = false;
    while (!this.#closed) {
      try {
        this.#barrier = await this.#deps.publisher.publish(this.#to, data, messageId);
        return;
      } catch (error) {
        if (!told) this.#deps.stalled(error);
        told = true;
        await new Promise<void>((resolve) => this.#deps.clock.after(PAUSE, resolve));
      }
    }
  }
}
