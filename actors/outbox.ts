/**
 * Effects on their way to other partitions, each destination for itself (destination.ts). The receiver drops what it has seen
 * by its stamp, so sending again (after a takeover, after a time-out) changes nothing.
 */

import type { FramePublisher } from '../bus/ingest.ts';
import type { Effect } from '../bus/journal.ts';
import type { PartitionName } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';
import { Destination, type Unpublishable } from './destination.ts';
import type { Receiver } from './handover.ts';

export type { Unpublishable } from './destination.ts';

export interface OutboxDeps {
  readonly publisher: FramePublisher;
  readonly clock: Clock;
  /** A partition that lives in this worker now; null: it lives elsewhere, or nowhere. */
  receiver(of: PartitionName): Receiver | null;
  unpublishable(effect: Unpublishable): void;
  /** A frame could not be published; it is tried again until it can. Called once per frame. */
  stalled(to: PartitionName, error: unknown): void;
}

export class Outbox {
  readonly #origin: PartitionName;
  readonly #deps: OutboxDeps;
  readonly #destinations = new Map<PartitionName, Destination>();
  #lastAdded: number;
  #pending = 0;
  #closed = false;
  #drained: (() => void)[] = [];

  /** `published`: effects of all commits up to this sequence are published. */
  constructor(origin: PartitionName, published: number, deps: OutboxDeps) {
    this.#origin = origin;
    this.#deps = deps;
    this.#lastAdded = published;
  }

  /** Batches that have not gone out. The partition reads no more of its stream while this is high. */
  get pending(): number {
    return this.#pending;
  }

  /** Effects of all commits up to this one have gone out: a sequence behind which the next commit begins. */
  get published(): number {
    let published = this.#lastAdded;
    for (const { after } of this.#destinations.values()) if (after !== null) published = Math.min(published, after);
    return published;
  }

  /** Takes the effects of the commit at `seq`, in rising order of `seq`. */
  add(seq: number, effects: readonly Effect[]): void {
    const after = this.#lastAdded;
    this.#lastAdded = seq;
    for (const [to, entries] of byDestination(effects)) {
      this.#pending++;
      this.#destination(to).add({ after, sequence: seq, entries });
    }
  }

  /** Resolves when everything has gone out or the outbox is closed. */
  drained(): Promise<void> {
    if (this.#pending === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Sends nothing more. What is left stands in the journal, for the next owner. */
  close(): void {
    this.#closed = true;
    for (const destination of this.#destinations.values()) destination.close();
    this.#tellDrained();
  }

  #destination(to: PartitionName): Destination {
    let destination = this.#destinations.get(to);
    if (destination === undefined) {
      destination = this.#newDestination(to);
      this.#destinations.set(to, destination);
    }
    return destination;
  }

  #newDestination(to: PartitionName): Destination {
    const { publisher, clock, receiver, unpublishable, stalled } = this.#deps;
    return new Destination(to, {
      origin: this.#origin,
      publisher,
      clock,
      receiver: () => receiver(to),
      settled: () => {
        if (--this.#pending === 0) this.#tellDrained();
      },
      unpublishable,
      stalled: (error) => stalled(to, error),
    });
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
