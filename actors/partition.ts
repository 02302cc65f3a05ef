/**
 * One partition under one owner: takes frames in, lets the actors decide, commits, and only then acts on what was decided.
 *
 * States: running → draining (polite leave: no more input, effects go out) → stopped; or running → lost (an append was
 * refused: another owner has fenced; everything is dropped). One commit is in flight at a time; what arrives meanwhile goes
 * into the next one.
 */

import { addressOf } from '../alert/entry.ts';
import type { Policy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import type { Bus } from '../bus/connection.ts';
import type { FramePublisher } from '../bus/ingest.ts';
import type { Commit, Effect, JournalEvent, Manifest } from '../bus/journal.ts';
import { fenceJournal, type JournalWriter } from '../bus/journal-writer.ts';
import { type PartitionCount, type PartitionName, partitionOf } from '../bus/partition.ts';
import { AppendRefused, IngestFull } from '../bus/publish.ts';
import { openSnapshots } from '../bus/snapshot-store.ts';
import { readStream } from '../bus/stream-reader.ts';
import { INGEST_STREAM, subjects } from '../bus/subjects.ts';
import type { Outcome } from '../channels/outcome.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { ActorRef, ActorSystem, Handler } from './actor-system.ts';
import { decideAll, type Stage } from './decide.ts';
import { CHUNKS, type Entities, type Slot } from './entities.ts';
import type { CommandReply, CommitContext, Send } from './entity.ts';
import { Inbox, type Intake } from './inbox.ts';
import { type RoutedInput, readFrames } from './intake.ts';
import { JournalRoom } from './journal-room.ts';
import { Outbox, type Unpublishable } from './outbox.ts';
import { purgeIngest, purgeJournal } from './purge.ts';
import { type Kinds, type Recovered, recover } from './recovery.ts';
import { type Position, Snapshotter } from './snapshot.ts';
import { OwnershipLost, turnHandler } from './supervision.ts';
import type { Turn, TurnInput, TurnResult } from './turn.ts';

/** What a partition needs of the rest of Herald. */
export interface PartitionDeps {
  readonly bus: Bus;
  readonly publisher: FramePublisher;
  readonly count: PartitionCount;
  readonly kinds: Kinds;
  readonly system: ActorSystem<Turn>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: PartitionMetrics;
  /** The policy to decide with; read once per commit. */
  policy(): Policy;
  random(): number;
  /** Hands a notification to its channel's sender. Never rejects for what is expected to fail. */
  send(send: Send, signal: AbortSignal): Promise<Outcome>;
  /** True while this worker may act as owner (lease.ts). */
  maySend(): boolean;
  /** Commits after which a snapshot is worth its cost. Default 2,000. */
  readonly snapshotCommits?: number;
  /** Frames of effects that may wait before no more input is taken. Default 2,000. */
  readonly maxPendingFrames?: number;
}

export interface PartitionMetrics {
  committed(partition: PartitionName, events: readonly JournalEvent[], milliseconds: number): void;
  recovered(partition: PartitionName, replayed: number, milliseconds: number): void;
}

const MAX_PENDING_FRAMES = 2000;
/** How soon to look again whether effects have gone out. Milliseconds. */
const OUTBOX_LOOK = 20;
const SNAPSHOT_COMMITS = 2000;
/** How long a snapshot of a partition that changes little may be put off. Milliseconds. */
const SNAPSHOT_EVERY = 300_000;
const HOUSEKEEPING_EVERY = 5000;
const PASSIVE_AFTER = 60_000;
/** Timers per commit: after a long stop those of all entities are due at once. */
const MOST_DUE = 2000;
const DRAIN_TIME = 1000;
const FULL_PAUSE = 500;
/** As SNAPSHOT_COMMITS, for large commits: a journal must never fill up between two snapshots. */
const SNAPSHOT_BYTES = 64 * 1024 * 1024;

/** Fences and recovers. Throws OwnershipLost when another worker was faster. */
export async function takePartition(deps: PartitionDeps, name: PartitionName, owner: string): Promise<Partition> {
  const started = deps.clock.monotonic();
  try {
    const writer = await fenceJournal(deps.bus, name, owner);
    const recovered = await recover(deps.bus, name, deps.kinds, deps.policy, writer.fenceSeq);
    const store = await openSnapshots(deps.bus, name);
    const snapshotter = new Snapshotter(writer, store, recovered.entities, deps.log, recovered);
    deps.metrics.recovered(name, recovered.replayed, deps.clock.monotonic() - started);
    return new Partition(deps, name, writer, recovered, snapshotter);
  } catch (error) {
    if (error instanceof AppendRefused)
      throw new OwnershipLost(`${name}: another worker fenced first`, { cause: error });
    // A full journal takes no fence either: make room before the next try.
    if (error instanceof IngestFull) await purgeJournal(deps.bus, name);
    throw error;
  }
}

export class Partition {
  readonly name: PartitionName;
  readonly #deps: PartitionDeps;
  readonly #writer: JournalWriter;
  readonly #entities: Entities;
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #snapshotter: Snapshotter;
  readonly #room: JournalRoom;
  readonly #supervisor: ActorRef<never>;
  readonly #handler: Handler<Turn>;
  readonly #stop = new AbortController();
  readonly #sends = new Set<Promise<void>>();
  /** Decided outside of a round, for the next commit. */
  #aside: JournalEvent[] = [];
  #position: Position;
  #stopping = false;
  #readFailure: unknown = null;
  #commits = 0;
  #snapshotAt: number;
  #housekeptAt: number;
  #purgedTo = 0;
  #sweep = 0;
  #bytesAt = 0;
  /** Of the last snapshot that this owner completed. */
  #manifest: Manifest | null = null;

  constructor(
    deps: PartitionDeps,
    name: PartitionName,
    writer: JournalWriter,
    recovered: Recovered,
    snapshotter: Snapshotter,
  ) {
    this.#deps = deps;
    this.name = name;
    this.#writer = writer;
    this.#entities = recovered.entities;
    this.#snapshotter = snapshotter;
    this.#room = new JournalRoom(deps.bus, name, writer);
    const { cursor, marks, lastCommit } = recovered;
    this.#outbox = new Outbox(name, deps.publisher, deps.clock, recovered.published, (effect) => this.#bury(effect));
    for (const { seq, effects } of recovered.unpublished) this.#outbox.add(seq, effects);
    this.#position = { cursor, marks, lastCommit, published: recovered.published };
    this.#supervisor = deps.system.supervisor(`${name}-${writer.epoch}-${writer.fenceSeq}`);
    this.#handler = turnHandler(deps.log);
    this.#snapshotAt = this.#housekeptAt = deps.clock.monotonic();
    for (const slot of recovered.entities.all()) this.#askRecovered(slot);
  }

  get epoch(): number {
    return this.#writer.epoch;
  }

  get entityCount(): number {
    return this.#entities.size;
  }

  /** Runs until `release` (resolves) or until ownership is lost or something breaks (rejects). Nothing runs on after it. */
  async run(): Promise<void> {
    const reading = this.#read().catch((error: unknown) => {
      this.#readFailure = error;
      this.#inbox.wake();
    });
    // At once: an inbox that is full of what a former owner took in refuses everything, and nothing new would come.
    this.#startPurge();
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
      this.#inbox.close();
      this.#outbox.close();
      await reading;
      await this.#snapshotter.idle();
      this.#deps.system.stop(this.#supervisor);
    }
  }

  /** Polite leave: `run` resolves once what was decided has gone out (bounded). */
  release(): void {
    this.#stopping = true;
    this.#inbox.wake();
  }

  async #read(): Promise<void> {
    const { bus } = this.#deps;
    const subject = subjects.ingest(this.name);
    for await (const { seq, data } of readStream(
      bus,
      INGEST_STREAM,
      subject,
      this.#position.cursor + 1,
      this.#stop.signal,
    )) {
      await this.#inbox.push({ seq, data });
      if (this.#stop.signal.aborted) return;
    }
  }

  async #round(): Promise<void> {
    await this.#makeRoom();
    await this.#waitForWork();
    await this.#commit(this.#inbox.take(this.#takesFrames));
    await this.#housekeep();
  }

  /** While effects pile up no more frames are taken in: what a frame leads to would have to wait in memory. */
  get #takesFrames(): boolean {
    return this.#outbox.pending < (this.#deps.maxPendingFrames ?? MAX_PENDING_FRAMES);
  }

  /**
   * A journal that is nearly full is waited out before anything is decided: a snapshot and the archive make room, and
   * meanwhile INGEST holds what comes.
   */
  async #makeRoom(): Promise<void> {
    const { bus, clock, log } = this.#deps;
    while (!this.#stopping && !(await this.#room.left())) {
      log.error({ event: 'journal.full', partition: this.name }, 'the journal is nearly full; waiting for the archive');
      this.#snapshotter.begin(this.#position);
      while (this.#snapshotter.busy) {
        this.#manifest = (await this.#snapshotter.slice(this.#position)) ?? this.#manifest;
        await this.#snapshotter.idle();
      }
      await purgeJournal(bus, this.name, this.#manifest);
      if (await this.#room.left()) return;
      await new Promise<void>((resolve) => clock.after(FULL_PAUSE, resolve));
    }
  }

  /** Until there is input, a timer is due, or it is time to keep house. */
  async #waitForWork(): Promise<void> {
    if (this.#stopping) return;
    const { clock } = this.#deps;
    if (this.#aside.length > 0) return;
    const due = this.#entities.nextDue();
    const wait = Math.min(HOUSEKEEPING_EVERY, due === null ? HOUSEKEEPING_EVERY : due - clock.now());
    if (wait <= 0) return;
    const takesFrames = this.#takesFrames;
    // While a snapshot is being written the loop turns over quickly, a slice each time.
    const atMost = this.#snapshotter.busy ? 5 : takesFrames ? wait : Math.min(wait, OUTBOX_LOOK);
    const cancel = clock.after(atMost, () => this.#inbox.wake());
    await this.#inbox.wait(takesFrames);
    cancel();
  }

  /** `settle` false: nothing new is started (no timers, no sends), only what came in is recorded. */
  async #commit(intake: Intake, settle = true): Promise<void> {
    const { clock, metrics } = this.#deps;
    const started = clock.monotonic();
    const now = clock.now();
    const read = readFrames(intake.frames, this.#position.marks, now);
    const results = await this.#decide(intake, read.inputs, now, settle);
    const events = [...this.#aside, ...read.events, ...results.flatMap((result) => result.events)];
    this.#aside = [];
    if (events.length === 0 && intake.frames.length === 0) return;
    const effects = results.flatMap((result) => result.effects.map((entry) => this.#addressed(entry)));
    const commit: Commit = {
      epoch: this.#writer.epoch,
      previous: this.#position.lastCommit,
      at: now,
      cursor: intake.frames.at(-1)?.seq ?? this.#position.cursor,
      marks: read.marks,
      published: this.#outbox.published,
      events,
      effects,
    };
    const lastCommit = await this.#writer.append(commit);
    this.#position = { lastCommit, cursor: commit.cursor, marks: commit.marks, published: commit.published };
    this.#commits++;
    metrics.committed(this.name, events, clock.monotonic() - started);
    this.#act(lastCommit, effects, read.replies, results);
  }

  /** First what came in, then whoever was touched by it or is due. */
  async #decide(intake: Intake, routed: readonly RoutedInput[], now: number, settle: boolean): Promise<TurnResult[]> {
    const { clock, policy, random, system } = this.#deps;
    const stage: Stage = {
      system,
      supervisor: this.#supervisor,
      handler: this.#handler,
      entities: this.#entities,
      usedAt: clock.monotonic(),
    };
    const context: CommitContext = { now, policy: policy(), random };
    const touched = new Set<Slot>();
    const inputs: [Slot, TurnInput][] = [];
    const add = (slot: Slot, input: TurnInput) => {
      touched.add(slot);
      inputs.push([slot, input]);
    };
    for (const { kind, key, entry, position } of routed) {
      add(this.#entities.slot(this.#deps.kinds[kind], key), { command: entry, position, entry });
    }
    let inner = 0;
    const position = () => `${this.#writer.epoch}.${this.#writer.lastSeq}.${inner++}`;
    for (const { slot, command } of intake.local) add(slot, { command, position: position(), entry: null });
    const first = await decideAll(stage, inputs, context);

    for (const slot of settle ? this.#entities.takeDue(now, MOST_DUE) : []) touched.add(slot);
    const settling: [Slot, TurnInput][] = [];
    for (const slot of settle ? touched : []) {
      const state = this.#entities.stateOf(slot);
      const command = state === null ? null : slot.kind.settle(state, now, context.policy);
      if (command !== null) settling.push([slot, { command, position: position(), entry: null }]);
    }
    const second = await decideAll(stage, settling, context);
    for (const slot of touched) this.#forgetEnded(slot);
    return [...first, ...second];
  }

  #addressed(entry: Effect['entry']): Effect {
    return { to: partitionOf(addressOf(entry), this.#deps.count), entry };
  }

  #forgetEnded(slot: Slot): void {
    if (this.#entities.stateOf(slot) !== null) return;
    if (slot.actor !== null) this.#deps.system.stop(slot.actor);
    this.#entities.remove(slot);
  }

  /** Effects only after the commit. */
  #act(
    seq: number,
    effects: readonly Effect[],
    replies: readonly CommandReply[],
    results: readonly TurnResult[],
  ): void {
    this.#outbox.add(seq, effects);
    for (const reply of replies) this.#reply(reply);
    for (const result of results) {
      for (const reply of result.replies) this.#reply(reply);
      for (const send of result.sends) this.#send(send);
    }
  }

  /** The next commit says that it is dead, and is the first that counts it as gone out. */
  #bury({ id, entry, bytes }: Unpublishable): void {
    const at = this.#deps.clock.now();
    const { key } = addressOf(entry);
    const reasons = [reason('dead-letter.too-large', `${bytes} bytes for ${key}`)];
    this.#aside.push({ type: 'input.dead-lettered', key, at, deadLetterId: `${id}-d`, cause: null, entry, reasons });
  }

  #reply({ to, ...answer }: CommandReply): void {
    if (to !== '' && this.#deps.bus.connected()) this.#deps.bus.nc.publish(to, JSON.stringify(answer));
  }

  #send(send: Send): void {
    const { tenant, channel } = send.notification;
    const slot = this.#entities.slot(this.#deps.kinds.channel, `${tenant}/${channel}`);
    const sending = this.#attempt(send).then((outcome) => {
      this.#sends.delete(sending);
      if (this.#stop.signal.aborted) return;
      const { notification, attempt } = send;
      this.#inbox.pushLocal({ slot, command: { kind: 'outcome', notificationId: notification.id, attempt, outcome } });
    });
    this.#sends.add(sending);
  }

  async #attempt(send: Send): Promise<Outcome> {
    // A paused owner that wakes up must not send what its successor is sending.
    if (!this.#deps.maySend()) {
      return {
        kind: 'retry',
        detail: 'not sent: this worker could not confirm that it owns the channel',
        notBefore: null,
      };
    }
    try {
      return await this.#deps.send(send, this.#stop.signal);
    } catch (error) {
      this.#deps.log.error({ event: 'sender.threw', channel: send.notification.channel, error }, 'a sender threw');
      return { kind: 'retry', detail: `the sender failed: ${(error as Error).message}`, notBefore: null };
    }
  }

  #askRecovered(slot: Slot): void {
    const state = this.#entities.stateOf(slot);
    const command = state === null ? null : slot.kind.recovered(state);
    if (command !== null) this.#inbox.pushLocal({ slot, command });
  }

  /** Between commits, in small pieces: snapshot slices, putting idle actors to sleep, purging. */
  async #housekeep(): Promise<void> {
    const { clock, system } = this.#deps;
    const now = clock.monotonic();
    if (this.#snapshotDue(now) && !this.#snapshotter.busy) {
      this.#snapshotter.begin(this.#position);
      this.#commits = 0;
      this.#bytesAt = this.#writer.bytes;
      this.#snapshotAt = now;
    }
    this.#manifest = (await this.#snapshotter.slice(this.#position)) ?? this.#manifest;
    for (const actor of this.#entities.passivate(this.#sweep++ % CHUNKS, now - PASSIVE_AFTER)) system.stop(actor);
    if (now - this.#housekeptAt < HOUSEKEEPING_EVERY) return;
    this.#housekeptAt = now;
    this.#startPurge();
  }

  #startPurge(): void {
    this.#purge().catch((error: unknown) => {
      this.#deps.log.warn({ event: 'purge.failed', partition: this.name, error }, 'not purged; tried again later');
    });
  }

  #snapshotDue(now: number): boolean {
    const { snapshotCommits = SNAPSHOT_COMMITS } = this.#deps;
    if (this.#commits >= snapshotCommits || this.#writer.bytes - this.#bytesAt >= SNAPSHOT_BYTES) return true;
    return this.#commits > 0 && now - this.#snapshotAt > SNAPSHOT_EVERY;
  }

  async #purge(): Promise<void> {
    const { bus } = this.#deps;
    const { cursor } = this.#position;
    if (this.#manifest !== null) await purgeJournal(bus, this.name, this.#manifest);
    if (cursor > this.#purgedTo) await purgeIngest(bus, this.name, cursor);
    this.#purgedTo = cursor;
  }

  /** What is being sent gets a moment to end, so that its outcome is known and the next owner need not wonder. */
  async #drain(): Promise<void> {
    const { clock } = this.#deps;
    const bounded = new Promise<void>((resolve) => clock.after(DRAIN_TIME, resolve));
    await Promise.race([Promise.all([...this.#sends]), bounded]);
    await this.#commit(this.#inbox.take(false), false);
    await Promise.race([this.#outbox.drained(), bounded]);
  }
}
