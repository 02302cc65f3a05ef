/**
 * One partition under one owner: takes frames in, lets the actors decide, commits, and only then acts on what was decided.
 *
 * States: running → draining (polite leave: no more input, effects go out) → stopped; or running → lost (an append was
 * refused: another owner has fenced; everything is dropped). One commit is in flight at a time; what arrives meanwhile goes
 * into the next one.
 */

import type { FramePublisher } from '../bus/ingest.ts';
import type { JournalWriter } from '../bus/journal-writer.ts';
import type { PartitionName } from '../bus/partition.ts';
import { AppendRefused } from '../bus/publish.ts';
import { readStream } from '../bus/stream-reader.ts';
import { ingestStream, subjects } from '../bus/subjects.ts';
import type { Outcome } from '../channels/outcome.ts';
import { ActorPool } from './actor-pool.ts';
import type { ActorRef } from './actor-system.ts';
import { type CommitDeps, type CommitMetrics, Commits } from './commit.ts';
import { Correlations, type CorrelationsDeps } from './correlations.ts';
import type { Entities } from './entities.ts';
import type { Send } from './entity.ts';
import type { Receiver } from './handover.ts';
import { HOUSEKEEPING_EVERY, type Housekeeping, type HousekeepingDeps } from './housekeeping.ts';
import { Inbox } from './inbox.ts';
import { Outbox } from './outbox.ts';
import type { Recovered } from './recovery.ts';
import { Sends, type SendsDeps } from './sends.ts';
import { stateOf } from './slot.ts';
import { OwnershipLost, turnHandler } from './supervision.ts';

/** What a partition needs of the rest of Herald. */
export interface PartitionDeps extends HousekeepingDeps, SendsDeps, CorrelationsDeps, CommitDeps {
  readonly publisher: FramePublisher;
  /** A partition that takes effects straight; null: its effects go through its stream. The worker's own ones by default. */
  neighbour?(name: PartitionName): Receiver | null;
  /** Commits wait for it. The partitions of a worker have one in common, so that what they write leaves together. */
  readonly beat?: { next(): Promise<void> };
  readonly metrics: PartitionMetrics;
  /** Frames of effects that may wait before no more input is taken. Default 2,000. */
  readonly maxPendingFrames?: number;
}

export interface PartitionMetrics extends CommitMetrics {
  recovered(partition: PartitionName, replayed: number, milliseconds: number): void;
}

const MAX_PENDING_FRAMES = 2000;
/** How soon to look again whether effects have gone out, and to write another slice of a snapshot. Milliseconds. */
const OUTBOX_LOOK = 20;
const SLICE_LOOK = 5;
const DRAIN_TIME = 1000;

export class Partition {
  readonly name: PartitionName;
  readonly #deps: PartitionDeps;
  readonly #writer: JournalWriter;
  readonly #entities: Entities;
  readonly #inbox = new Inbox();
  readonly #receiver: Receiver;
  readonly #outbox: Outbox;
  readonly #sends: Sends;
  readonly #correlations: Correlations;
  readonly #commits: Commits;
  readonly #housekeeping: Housekeeping;
  readonly #supervisor: ActorRef<never>;
  readonly #actors: ActorPool;
  readonly #stop = new AbortController();
  #stopping = false;
  #readFailure: unknown = null;

  constructor(
    deps: PartitionDeps,
    name: PartitionName,
    writer: JournalWriter,
    recovered: Recovered,
    housekeeping: Housekeeping,
  ) {
    const { entities, cursor, marks, lastCommit, published } = recovered;
    this.#deps = deps;
    this.name = name;
    this.#writer = writer;
    this.#entities = entities;
    this.#housekeeping = housekeeping;
    const taken = () => this.#commits.position.cursor;
    this.#receiver = {
      get cursor() {
        return taken();
      },
      hand: (frame, settled) => this.#inbox.hand(frame, settled),
    };
    this.#outbox = new Outbox(name, published, {
      publisher: deps.publisher,
      clock: deps.clock,
      receiver: (of) => deps.neighbour?.(of) ?? null,
      unpublishable: (effect) => {
        this.#commits.bury(effect);
        this.#inbox.wake();
      },
      stalled: (to, error) => deps.log.warn({ event: 'effects.stalled', partition: name, to, error }, 'effects wait'),
    });
    this.#supervisor = deps.system.supervisor(`${name}-${writer.epoch}-${writer.fenceSeq}`);
    this.#actors = new ActorPool(deps.system, this.#supervisor, turnHandler(deps.log));
    this.#sends = new Sends(deps, (send, outcome) => this.#concluded(send, outcome));
    this.#correlations = new Correlations(deps, (tenant, command) => {
      this.#inbox.pushLocal({ slot: entities.slot(deps.kinds.correlator, tenant), command });
    });
    const decides = { name, writer, entities, actors: this.#actors };
    const acts = { outbox: this.#outbox, sends: this.#sends, correlations: this.#correlations };
    const parts = { ...decides, ...acts, inbox: this.#inbox, housekeeping };
    this.#commits = new Commits(deps, parts, { cursor, marks, lastCommit, published });
    for (const { seq, effects } of recovered.unpublished) this.#outbox.add(seq, effects);
    this.#askRecovered();
  }

  get epoch(): number {
    return this.#writer.epoch;
  }

  /** For effects of its neighbours. */
  get receiver(): Receiver {
    return this.#receiver;
  }

  get entityCount(): number {
    return this.#entities.size;
  }

  /** How many entities there are of each class, of the kinds that have classes. */
  get counts(): ReadonlyMap<string, number> {
    return this.#entities.counts;
  }

  /** Runs until `release` (resolves) or until ownership is lost or something breaks (rejects). Nothing runs on after it. */
  async run(): Promise<void> {
    const reading = this.#read().catch((error: unknown) => {
      this.#readFailure = error;
      this.#inbox.wake();
    });
    // At once: an inbox that is full of what a former owner took in refuses everything, and nothing new would come.
    this.#housekeeping.startPurge(this.#commits.position);
    try {
      while (!this.#stopping) {
        if (this.#readFailure !== null) throw this.#readFailure;
        await this.#round();
      }
      await this.#drain();
    } catch (error) {
      if (error instanceof AppendRefused) throw new OwnershipLost(`${this.name}: ${error.message}`, { cause: error });
      throw error;
    } finally {
      this.#stop.abort();
      this.#sends.abort();
      this.#correlations.close();
      this.#inbox.close();
      this.#outbox.close();
      await reading;
      await this.#housekeeping.idle();
      this.#deps.system.stop(this.#supervisor);
    }
  }

  /** Polite leave: `run` resolves once what was decided has gone out (bounded). */
  release(): void {
    this.#stopping = true;
    this.#inbox.refuse();
    this.#inbox.wake();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    const from = this.#commits.position.cursor + 1;
    for await (const { seq, data } of readStream(
      this.#deps.bus,
      ingestStream(this.name),
      subjects.ingest(this.name),
      from,
      signal,
    )) {
      await this.#inbox.push({ seq, data });
      if (signal.aborted) return;
    }
  }

  async #round(): Promise<void> {
    await this.#housekeeping.makeRoom(this.#commits.position, () => !this.#stopping);
    await this.#waitForWork();
    await this.#deps.beat?.next();
    await this.#commits.commit(this.#inbox.take(this.#takesFrames), true);
    await this.#housekeeping.keep(this.#commits.position, this.#actors);
  }

  /** While effects pile up no more frames are taken in: what a frame leads to would have to wait in memory. */
  get #takesFrames(): boolean {
    return this.#outbox.pending < (this.#deps.maxPendingFrames ?? MAX_PENDING_FRAMES);
  }

  /** Until there is input, a timer is due, or it is time to keep house. */
  async #waitForWork(): Promise<void> {
    if (this.#stopping || this.#commits.isWanted) return;
    const { clock } = this.#deps;
    const due = this.#entities.nextDue();
    const wait = Math.min(HOUSEKEEPING_EVERY, due === null ? HOUSEKEEPING_EVERY : due - clock.now());
    if (wait <= 0) return;
    const takesFrames = this.#takesFrames;
    const look = this.#housekeeping.snapshotting ? SLICE_LOOK : takesFrames ? wait : OUTBOX_LOOK;
    const cancel = clock.after(Math.min(wait, look), () => this.#inbox.wake());
    await this.#inbox.wait(takesFrames);
    cancel();
  }

  #concluded({ notification, attempt }: Send, outcome: Outcome): void {
    const { tenant, channel, id } = notification;
    const slot = this.#entities.slot(this.#deps.kinds.channel, `${tenant}/${channel}`);
    this.#inbox.pushLocal({ slot, command: { kind: 'outcome', notificationId: id, attempt, outcome } });
  }

  /** What a former owner had under way has nobody left to report its outcome: its entity is asked. */
  #askRecovered(): void {
    for (const kind of Object.values(this.#deps.kinds)) {
      if (kind.recovered === undefined) continue;
      for (const slot of this.#entities.all(kind)) {
        const state = stateOf(slot);
        const command = state === null ? null : kind.recovered(state);
        if (command !== null) this.#inbox.pushLocal({ slot, command });
      }
    }
  }

  /** What is being sent gets a moment to end, so that its outcome is known and the next owner need not wonder. */
  async #drain(): Promise<void> {
    const bounded = new Promise<void>((resolve) => this.#deps.clock.after(DRAIN_TIME, resolve));
    await Promise.race([this.#sends.ended(), bounded]);
    do await this.#commits.commit(this.#inbox.take(false), false);
    while (this.#inbox.handed > 0);
    await Promise.race([this.#outbox.drained(), bounded]);
  }
}
