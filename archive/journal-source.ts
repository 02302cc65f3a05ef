/** Where the projector reads from: a journal's records, in batches of what is there. */

import type { Bus } from '../bus/connection.ts';
import type { JournalEvent, JournalRecord } from '../bus/journal.ts';
import { readJournal } from '../bus/journal-reader.ts';
import type { PartitionName } from '../bus/partition.ts';

export interface CommitRecord {
  readonly kind: 'commit' | 'fence';
  /** Sequence of the record's last message. */
  readonly seq: number;
  readonly epoch: number;
  /** Unix time in milliseconds; 0 for a fence. */
  readonly at: number;
  readonly events: readonly JournalEvent[];
}

export interface JournalSource {
  /** From `fromSeq` on, in order and without a gap, until `signal` aborts. Never yields an empty batch. */
  read(partition: PartitionName, fromSeq: number, signal: AbortSignal): AsyncIterable<readonly CommitRecord[]>;
}

/** A batch ends here even when more is waiting, so that one transaction stays short for those who query. */
const BATCH_EVENTS = 2000;

export function journalSource(bus: Bus): JournalSource {
  return {
    read: (partition, fromSeq, signal) => inBatches((inner) => readJournal(bus, partition, fromSeq, inner), signal),
  };
}

/**
 * Reads ahead of its consumer, by at most one batch, and hands out all that has come by then: one record at a time when
 * little happens, large batches under load.
 */
export async function* inBatches(
  open: (signal: AbortSignal) => AsyncIterable<JournalRecord>,
  signal: AbortSignal,
): AsyncGenerator<readonly CommitRecord[]> {
  const stop = new AbortController();
  const stopWith = () => stop.abort();
  signal.addEventListener('abort', stopWith, { once: true });
  if (signal.aborted) stop.abort();
  const queue = new Queue();
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
      await new Promise<void>((resolve) => {
        this.#wakeTaker = resolve;
      });
    }
    const batch = this.#batch;
    this.#batch = [];
    this.#events = 0;
    this.#wakeFiller();
    return batch;
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
