/**
 * Snapshots in slices. A round begins at one commit, packs one changed chunk between two commits at a time and writes it
 * while the partition goes on; the manifest at its end says where replay starts. Then what nobody needs is purged.
 *
 * States: idle → round (chunks left) → idle.
 */

import type { Bus } from '../bus/connection.ts';
import type { Marks } from '../bus/journal.ts';
import type { PartitionName } from '../bus/partition.ts';
import type { SnapshotStore } from '../bus/snapshot-store.ts';
import { INGEST_STREAM, journalStream, META_BUCKET, subjects } from '../bus/subjects.ts';
import type { Log } from '../telemetry/log.ts';
import type { Entities } from './entities.ts';

/** Where the partition stands between two commits. */
export interface Position {
  readonly lastCommit: number;
  readonly cursor: number;
  readonly marks: Marks;
  readonly published: number;
}

interface Round {
  readonly begin: Position;
  readonly chunks: number[];
}

export class Snapshotter {
  readonly #bus: Bus;
  readonly #partition: PartitionName;
  readonly #store: SnapshotStore;
  readonly #entities: Entities;
  readonly #log: Log;
  readonly #fenceSeq: number;
  #round: Round | null = null;
  #writing: Promise<void> | null = null;
  #last: number;
  /** Chunks that the store holds: one that was filled since the round began is not there yet, the journal has it. */
  readonly #stored: Set<number>;

  constructor(
    bus: Bus,
    partition: PartitionName,
    store: SnapshotStore,
    entities: Entities,
    log: Log,
    fenceSeq: number,
    base: { readonly snapshotSeq: number; readonly snapshotChunks: readonly number[] },
  ) {
    this.#bus = bus;
    this.#partition = partition;
    this.#store = store;
    this.#entities = entities;
    this.#log = log;
    this.#fenceSeq = fenceSeq;
    this.#last = base.snapshotSeq;
    this.#stored = new Set(base.snapshotChunks);
  }

  /** Journal sequence from which recovery would replay now. */
  get last(): number {
    return this.#last;
  }

  get busy(): boolean {
    return this.#round !== null;
  }

  begin(position: Position): void {
    this.#round ??= { begin: position, chunks: this.#entities.dirtyChunks() };
  }

  /** To be called between two commits. Packs at most one chunk; never waits for a write. */
  slice(position: Position): void {
    const round = this.#round;
    if (round === null || this.#writing !== null) return;
    const id = round.chunks.pop();
    const write = id === undefined ? this.#finish(round) : this.#writeChunk(id, position.lastCommit);
    this.#writing = write
      .catch((error: unknown) => {
        this.#log.warn(
          { event: 'snapshot.failed', partition: this.#partition, error },
          'snapshot not written; tried again later',
        );
        this.#round = null;
        // The chunk counts as changed again, or the next round would miss it.
        if (id !== undefined) this.#entities.markDirty(id);
        for (const left of round.chunks) this.#entities.markDirty(left);
      })
      .finally(() => {
        this.#writing = null;
      });
  }

  /** Resolves when no write is under way. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeChunk(id: number, seq: number): Promise<void> {
    await this.#store.writeChunk({ id, seq, entities: this.#entities.packChunk(id) });
    this.#stored.add(id);
  }

  async #finish({ begin }: Round): Promise<void> {
    const { lastCommit: replayFrom, cursor, marks, published } = begin;
    await this.#store.writeManifest({ replayFrom, cursor, marks, published, chunks: [...this.#stored] });
    this.#round = null;
    this.#last = replayFrom;
    await purgeJournal(this.#bus, this.#partition, Math.min(replayFrom, published), this.#fenceSeq);
  }
}

/** Drops commits that the snapshot holds, whose effects are published, and that the archive has projected. */
async function purgeJournal(bus: Bus, partition: PartitionName, upTo: number, fenceSeq: number): Promise<void> {
  const meta = await bus.kvm.open(META_BUCKET);
  const projected = Number((await meta.get(`projected.${partition}`))?.string() ?? 0);
  const stream = journalStream(partition);
  await purgeBelow(bus, stream, subjects.commit(partition), Math.min(upTo, projected) + 1);
  // Only the last fence says anything.
  await purgeBelow(bus, stream, subjects.fence(partition), fenceSeq);
}

/** Drops the frames of INGEST that commits have taken in. */
export async function purgeIngest(bus: Bus, partition: PartitionName, cursor: number): Promise<void> {
  await purgeBelow(bus, INGEST_STREAM, subjects.ingest(partition), cursor + 1);
}

/** Server 2.9 takes a sequence of 0 or 1 for "no sequence" and purges everything that the filter matches. */
async function purgeBelow(bus: Bus, stream: string, filter: string, seq: number): Promise<void> {
  if (seq > 1) await bus.jsm.streams.purge(stream, { filter, seq });
}
