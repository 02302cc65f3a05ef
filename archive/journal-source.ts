/** Where the archive reads from: the records of each journal, in batches of what gathers until the next beat. */

import type { Bus } from '../bus/connection.ts';
import type { JournalEvent, JournalRecord } from '../bus/journal.ts';
import { readJournal } from '../bus/journal-reader.ts';
import type { PartitionName } from '../bus/partition.ts';
import { Beat } from '../telemetry/beat.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface CommitRecord {
  readonly kind: 'commit' | 'fence';
  /** Sequence of the record's last message. */
  readonly seq: number;
  readonly epoch: number;
  /** Unix time in milliseconds; 0 for a fence. */
  readonly at: number;
  readonly events: readonly JournalEvent[];
}

export interface Batch {
  readonly partition: PartitionName;
  readonly records: readonly CommitRecord[];
}

export interface JournalSource {
  /** From `fromSeq` on, in order and without a gap, until `signal` aborts. Never yields an empty batch. */
  read(partition: PartitionName, fromSeq: number, signal: AbortSignal): AsyncIterable<readonly CommitRecord[]>;
}

/** A batch ends here even when more is waiting, so that one transaction stays short for those who query. */
const BATCH_EVENTS = 2000;

/** Of a batch that waits for no beat. */
const MANY_EVENTS = 500;
/** Milliseconds. A transaction costs as much for one event as for a hundred: what comes meanwhile gathers, of all partitions. */
const BEAT = 50;

/** The partitions have their beat in common, so that their batches come together. */
export function journalSource(bus: Bus, clock: Clock): JournalSource {
  const beat = new Beat(clock, BEAT);
  return {
    read: (partition, fromSeq, signal) =>
      inBatches(
        (inner) => readJournal(bus, partition, fromSeq, inner),
        signal,
        () => beat.next(),
      ),
  };
}

/**
 * Reads ahead of its consumer, by at most one batch, and hands out all that has come by the next beat: at once after a quiet time, and
 * when there is much already.
 */
export async function* inBatches(
  open: (signal: AbortSignal) => AsyncIterable<JournalRecord>,
  signal: AbortSignal,
  beat: () => Promise<void>,
): AsyncGenerator<readonly CommitRecord[]> {
  const stop = new AbortController();
  const stopWith = () => stop.abort();
  signal.addEventListener('abort', stopWith, { once: true });
  if (signal.aborted) stop.abort();
  const queue = new Queue(beat);
  const pump = queue.fill(open(stop.signal));
  try {
    for (let batch = await queue.take(); batch !== null; batch = await queue.take()) yield batch;
  } finally {
    signal.removeEventListener('abort', stopWith);
    stop.abort();
    queue.open();
    await pump;
  }
}

class Queue {
  readonly #beat: () => Promise<void>;
  #batch: CommitRecord[] = [];
  #events = 0;
  #state:
    | { readonly kind: 'filling' }
    | { readonly kind: 'ended' }
    | { readonly kind: 'failed'; readonly error: unknown } = {
    kind: 'filling',
  };
  #wakeTaker: () => void = () => undefined;
  #wakeFiller: () => void = () => undefined;
  #unbounded = false;

  constructor(beat: () => Promise<void>) {
    this.#beat = beat;
  }

  async fill(records: AsyncIterable<JournalRecord>): Promise<void> {
    try {
      for await (const record of records) {
        this.#batch.push(normalised(record));
        this.#events += record.kind === 'commit' ? record.commit.events.length + 1 : 1;
        this.#wakeTaker();
        if (this.#events >= BATCH_EVENTS && !this.#unbounded) {
          await new Promise<void>((resolve) => {
            this.#wakeFiller = resolve;
          });
        }
      }
      this.#state = { kind: 'ended' };
    } catch (error) {
      this.#state = { kind: 'failed', error };
    }
    this.#wakeTaker();
  }

  /** null at the end. Throws what reading threw, after what came before it is taken. */
  async take(): Promise<readonly CommitRecord[] | null> {
    while (this.#batch.length === 0) {
      if (this.#state.kind === 'failed') throw this.#state.error;
      if (this.#state.kind === 'ended') return null;
      await this.#somethingNew();
    }
    await this.#gather();
    const batch = this.#batch;
    this.#batch = [];
    this.#events = 0;
    this.#wakeFiller();
    return batch;
  }

  /** Until the beat; no longer than reading goes on, nor than it takes to have many. */
  async #gather(): Promise<void> {
    let isDue = false;
    void this.#beat().then(() => {
      isDue = true;
      this.#wakeTaker();
    });
    while (!isDue && this.#events < MANY_EVENTS && this.#state.kind === 'filling') await this.#somethingNew();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeTaker = resolve;
    });
  }

  /** Nobody takes any more: never hold the filler back. */
  open(): void {
    this.#unbounded = true;
    this.#wakeFiller();
  }
}

function normalised(record: JournalRecord): CommitRecord {
  // A snapshot's manifest says nothing to the archive, but its cursor passes over it.
  if (record.kind === 'manifest')
    return { kind: 'fence', seq: record.seq, epoch: record.manifest.epoch, at: 0, events: [] };
  if (record.kind === 'fence') return { kind: 'fence', seq: record.seq, epoch: record.fence.epoch, at: 0, events: [] };
  const { epoch, at, events } = record.commit;
  return { kind: 'commit', seq: record.seq, epoch, at, events };
}
