/**
 * Snapshots in slices. A round begins at one commit, packs one changed chunk between two commits at a time and writes it
 * while the partition goes on; then the manifest goes into the journal, and what nobody needs any more is dropped.
 *
 * States: idle → round (chunks left, one write under way at a time) → manifest due → idle.
 */

import type { Manifest, Marks } from '../bus/journal.ts';
import type { JournalWriter } from '../bus/journal-writer.ts';
import type { SnapshotStore } from '../bus/snapshot-store.ts';
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

export interface SnapshotBase {
  readonly snapshotChunks: ReadonlyMap<number, string>;
}

export class Snapshotter {
  readonly #writer: JournalWriter;
  readonly #store: SnapshotStore;
  readonly #entities: Entities;
  readonly #log: Log;
  /** Chunk → its name in the store. One that was filled since the round began is not there yet: the journal has it. */
  readonly #stored: Map<number, string>;
  #round: Round | null = null;
  #writing: Promise<void> | null = null;
  /** What is no part of the snapshot any more once the next manifest is written. */
  #replaced: string[] = [];
  #swept = false;

  constructor(writer: JournalWriter, store: SnapshotStore, entities: Entities, log: Log, base: SnapshotBase) {
    this.#writer = writer;
    this.#store = store;
    this.#entities = entities;
    this.#log = log;
    this.#stored = new Map(base.snapshotChunks);
  }

  get busy(): boolean {
    return this.#round !== null;
  }

  begin(position: Position): void {
    this.#round ??= { begin: position, chunks: this.#entities.dirtyChunks() };
  }

  /**
   * To be called between two commits. Packs at most one chunk and never waits for its write; only the manifest, once per
   * round, is waited for. Returns that manifest's snapshot when it is complete. Throws AppendRefused.
   */
  async slice(position: Position): Promise<Manifest | null> {
    const round = this.#round;
    if (round === null || this.#writing !== null) return null;
    const id = round.chunks.pop();
    if (id === undefined) return this.#finish(round);
    this.#writing = this.#writeChunk(id, position.lastCommit)
      .catch((error: unknown) => this.#abandon(round, id, error))
      .finally(() => {
        this.#writing = null;
      });
    return null;
  }

  /** Resolves when no write is under way. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeChunk(id: number, seq: number): Promise<void> {
    const entities = this.#entities.packChunk(id);
    const name = await this.#store.write({ id, seq, entities }, this.#writer.epoch);
    const before = this.#stored.get(id);
    if (before !== undefined && before !== name) this.#replaced.push(before);
    this.#stored.set(id, name);
  }

  /** What was written stays and counts; what was not counts as changed again, or the next round would miss it. */
  #abandon(round: Round, id: number, error: unknown): void {
    this.#log.warn({ event: 'snapshot.failed', error }, 'snapshot not written; tried again later');
    for (const left of [id, ...round.chunks]) this.#entities.markDirty(left);
    this.#round = null;
  }

  async #finish({ begin }: Round): Promise<Manifest> {
    const { lastCommit: replayFrom, cursor, marks, published } = begin;
    const chunks = [...this.#stored.values()];
    const manifest: Manifest = { epoch: this.#writer.epoch, replayFrom, cursor, marks, published, chunks };
    await this.#writer.writeManifest(manifest);
    this.#round = null;
    this.#writing = this.#dropUnused(new Set(chunks)).finally(() => {
      this.#writing = null;
    });
    return manifest;
  }

  /** What was replaced, and once per owner what a crash or a former owner left behind. */
  async #dropUnused(used: ReadonlySet<string>): Promise<void> {
    const names = this.#replaced.splice(0);
    try {
      if (!this.#swept) names.push(...(await this.#store.leftBehind(this.#writer.epoch, used)));
      this.#swept = true;
      for (const name of new Set(names)) await this.#store.remove(name);
    } catch (error) {
      this.#swept = false;
      this.#log.warn({ event: 'snapshot.not-removed', error }, 'old snapshot chunks stay behind for now');
    }
  }
}
