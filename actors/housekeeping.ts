/**
 * What a partition does between two commits, in small pieces: snapshots, making room in its journal, purging, and putting
 * idle actors to sleep.
 */

import type { Bus } from '../bus/connection.ts';
import type { Manifest } from '../bus/journal.ts';
import type { JournalWriter } from '../bus/journal-writer.ts';
import type { PartitionName } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { ActorPool } from './actor-pool.ts';
import type { ActorSystem } from './actor-system.ts';
import type { Entities } from './entities.ts';
import { JournalRoom } from './journal-room.ts';
import { purgeIngest, purgeJournal } from './purge.ts';
import { CHUNKS } from './slot.ts';
import type { Position, Snapshotter } from './snapshot.ts';
import type { Turn } from './turn.ts';

export interface HousekeepingDeps {
  readonly bus: Bus;
  readonly system: ActorSystem<Turn>;
  readonly clock: Clock;
  readonly log: Log;
  /** Commits after which a snapshot is worth its cost. Default 2,000. */
  readonly snapshotCommits?: number;
}

/** Milliseconds. */
export const HOUSEKEEPING_EVERY = 5000;
const SNAPSHOT_COMMITS = 2000;
/** As SNAPSHOT_COMMITS, for large commits: a journal must never fill up between two snapshots. */
const SNAPSHOT_BYTES = 64 * 1024 * 1024;
/** How long a snapshot of a partition that changes little may be put off. Milliseconds. */
const SNAPSHOT_EVERY = 300_000;
const PASSIVE_AFTER = 60_000;
/** Of the search for entities that nobody needed for so long: all of them are looked at in a minute. */
const CHUNKS_A_SWEEP = 6;
const FULL_PAUSE = 500;

export class Housekeeping {
  readonly #deps: HousekeepingDeps;
  readonly #name: PartitionName;
  readonly #writer: JournalWriter;
  readonly #entities: Entities;
  readonly #snapshotter: Snapshotter;
  readonly #room: JournalRoom;
  /** Of the last snapshot that this owner completed. */
  #manifest: Manifest | null = null;
  #commits = 0;
  #bytesAt = 0;
  #snapshotAt: number;
  #lastAt: number;
  #purgedTo = 0;
  #sweep = 0;

  constructor(
    deps: HousekeepingDeps,
    name: PartitionName,
    writer: JournalWriter,
    entities: Entities,
    snapshotter: Snapshotter,
  ) {
    this.#deps = deps;
    this.#name = name;
    this.#writer = writer;
    this.#entities = entities;
    this.#snapshotter = snapshotter;
    this.#room = new JournalRoom(deps.bus, name, writer);
    this.#snapshotAt = this.#lastAt = deps.clock.monotonic();
  }

  /** While a snapshot is being written the partition's loop should turn over quickly, a slice each time. */
  get snapshotting(): boolean {
    return this.#snapshotter.busy;
  }

  committed(): void {
    this.#commits++;
  }

  /** To be called between two commits. */
  async keep(position: Position, actors: ActorPool): Promise<void> {
    const { clock } = this.#deps;
    const now = clock.monotonic();
    if (this.#snapshotDue(now) && !this.#snapshotter.busy) {
      this.#snapshotter.begin(position);
      this.#commits = 0;
      this.#bytesAt = this.#writer.bytes;
      this.#snapshotAt = now;
    }
    await this.#slice(position);
    this.#entities.passivateSurplus(actors);
    if (now - this.#lastAt < HOUSEKEEPING_EVERY) return;
    this.#lastAt = now;
    for (let i = 0; i < CHUNKS_A_SWEEP; i++)
      this.#entities.passivate(this.#sweep++ % CHUNKS, now - PASSIVE_AFTER, actors);
    actors.trim();
    this.startPurge(position);
  }

  /**
   * A journal that is nearly full is waited out before anything is decided: a snapshot and the archive make room, and
   * meanwhile INGEST holds what comes. `wanted` false ends the wait.
   */
  async makeRoom(position: Position, wanted: () => boolean): Promise<void> {
    const { bus, clock, log } = this.#deps;
    while (wanted() && !(await this.#room.left())) {
      log.error(
        { event: 'journal.full', partition: this.#name },
        'the journal is nearly full; waiting for the archive',
      );
      this.#snapshotter.begin(position);
      while (this.#snapshotter.busy) {
        await this.#slice(position);
        await this.#snapshotter.idle();
      }
      await purgeJournal(bus, this.#name, this.#manifest);
      if (await this.#room.left()) return;
      await new Promise<void>((resolve) => clock.after(FULL_PAUSE, resolve));
    }
  }

  startPurge(position: Position): void {
    this.#purge(position).catch((error: unknown) => {
      this.#deps.log.warn({ event: 'purge.failed', partition: this.#name, error }, 'not purged; tried again later');
    });
  }

  /** Resolves when no write of a snapshot is under way. */
  idle(): Promise<void> {
    return this.#snapshotter.idle();
  }

  async #slice(position: Position): Promise<void> {
    this.#manifest = (await this.#snapshotter.slice(position)) ?? this.#manifest;
  }

  #snapshotDue(now: number): boolean {
    const { snapshotCommits = SNAPSHOT_COMMITS } = this.#deps;
    if (this.#commits >= snapshotCommits || this.#writer.bytes - this.#bytesAt >= SNAPSHOT_BYTES) return true;
    return this.#commits > 0 && now - this.#snapshotAt > SNAPSHOT_EVERY;
  }

  async #purge({ cursor }: Position): Promise<void> {
    const { bus } = this.#deps;
    if (this.#manifest !== null) await purgeJournal(bus, this.#name, this.#manifest);
    if (cursor > this.#purgedTo) await purgeIngest(bus, this.#name, cursor);
    this.#purgedTo = cursor;
  }
}
