/**
 * One commit of a partition: what came in is decided, written to the journal, and only then acted on. What has to be said
 * outside of a round waits for the next commit.
 */

import { addressOf } from '../alert/entity-address.ts';
import type { Policy } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import type { CommandAnswer } from '../bus/ask-partition.ts';
import type { Bus } from '../bus/connection.ts';
import type { Commit, Effect, JournalEvent } from '../bus/journal.ts';
import type { JournalWriter } from '../bus/journal-writer.ts';
import { type PartitionCount, type PartitionName, partitionsOf } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { ActorPool } from './actor-pool.ts';
import { type ConsultDeps, consult, NOBODY_ASKED } from './consult.ts';
import type { Correlations } from './correlations.ts';
import type { Entities } from './entities.ts';
import type { CommandReply, EntityDecision } from './entity.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { Inbox, Intake } from './inbox.ts';
import { type RoutedInput, readFrames } from './intake.ts';
import type { Outbox, Unpublishable } from './outbox.ts';
import type { Kinds } from './recovery.ts';
import { Rounds } from './round.ts';
import type { Sends } from './sends.ts';
import type { Position } from './snapshot.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';

export interface CommitDeps extends ConsultDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly count: PartitionCount;
  readonly kinds: Kinds;
  readonly metrics: CommitMetrics;
  /** The policy to decide with; read once per commit. */
  policy(): Policy;
  random(): number;
}

export interface CommitMetrics {
  committed(partition: PartitionName, events: readonly JournalEvent[], milliseconds: number): void;
}

/** Of the partition: who decides, and who is told of what was decided. */
export interface CommitParts {
  readonly name: PartitionName;
  readonly writer: JournalWriter;
  readonly entities: Entities;
  readonly actors: ActorPool;
  readonly inbox: Pick<Inbox, 'committed'>;
  readonly outbox: Pick<Outbox, 'add' | 'published'>;
  readonly sends: Pick<Sends, 'start'>;
  readonly correlations: Pick<Correlations, 'start'>;
  readonly housekeeping: Pick<Housekeeping, 'committed'>;
}

export class Commits {
  readonly #deps: CommitDeps;
  readonly #parts: CommitParts;
  readonly #rounds: Rounds;
  readonly #surroundings: Surroundings;
  /** Decided outside of a round, for the next commit. */
  #aside: JournalEvent[] = [];
  #position: Position;

  constructor(deps: CommitDeps, parts: CommitParts, position: Position) {
    this.#deps = deps;
    this.#parts = parts;
    this.#position = position;
    this.#rounds = new Rounds(deps.kinds, parts.actors, parts.entities);
    this.#surroundings = surroundingsOf(parts.entities, deps.kinds);
  }

  /** As the last commit left it. */
  get position(): Position {
    return this.#position;
  }

  /** Something is to be committed, whatever comes in. */
  get isWanted(): boolean {
    return this.#aside.length > 0;
  }

  /** An effect that fits no message, other than straight: the next commit says that it is dead, and is the first that counts it as gone out. */
  bury({ id, entry, bytes }: Unpublishable): void {
    const at = this.#deps.clock.now();
    const { key } = addressOf(entry);
    const reasons = [reason('dead-letter.too-large', `${bytes} bytes for ${key}`)];
    this.#aside.push({ type: 'input.dead-lettered', key, at, deadLetterId: `${id}-d`, cause: null, entry, reasons });
  }

  /** `settle` false: nothing new is started (no timers, no sends), only what came in is recorded. Throws AppendRefused. */
  async commit(intake: Intake, settle: boolean): Promise<void> {
    const { clock, metrics } = this.#deps;
    const { name, writer, outbox, inbox, housekeeping } = this.#parts;
    const startedAt = clock.monotonic();
    const now = clock.now();
    const read = readFrames(intake.frames, this.#position.marks, now, intake.handed);
    const decisions = await this.#decide(read.inputs, intake.local, { settle, startedAt, now });
    const events = [...this.#aside, ...read.events];
    for (const decision of decisions) events.push(...decision.events);
    this.#aside = [];
    if (events.length === 0 && intake.frames.length === 0 && intake.handed.length === 0) return;
    const commit: Commit = {
      epoch: writer.epoch,
      previous: this.#position.lastCommit,
      at: now,
      cursor: intake.frames.at(-1)?.seq ?? this.#position.cursor,
      marks: read.marks,
      published: outbox.published,
      events,
      effects: this.#addressed(decisions),
    };
    const lastCommit = await writer.append(commit);
    this.#position = { lastCommit, cursor: commit.cursor, marks: commit.marks, published: commit.published };
    inbox.committed();
    housekeeping.committed();
    metrics.committed(name, events, clock.monotonic() - startedAt);
    this.#act(lastCommit, commit.effects, read.replies, decisions);
  }

  async #decide(
    routed: readonly RoutedInput[],
    local: Intake['local'],
    { settle, startedAt, now }: { readonly settle: boolean; readonly startedAt: number; readonly now: number },
  ): Promise<EntityDecision[]> {
    const { writer } = this.#parts;
    const { random } = this.#deps;
    const policy = this.#deps.policy();
    let inner = 0;
    const position = () => `${writer.epoch}.${writer.lastSeq}.${inner++}`;
    // Whole, so that it takes no memory of its own in each slot.
    const input = { routed, local, settle, usedAt: Math.trunc(startedAt), position };
    const { holds, placements, stateOf } = this.#surroundings;
    const asked = consult(routed, { now, policy, stateOf, placements }, this.#deps);
    const advice = asked === null ? NOBODY_ASKED : await asked;
    return this.#rounds.decide(input, { now, policy, random, holds, placements, advice });
  }

  #addressed(decisions: readonly EntityDecision[]): Effect[] {
    const addressed: Effect[] = [];
    for (const { effects } of decisions) {
      for (const entry of effects) {
        const address = addressOf(entry);
        for (const to of partitionsOf(address, this.#deps.count)) {
          if (address.everywhere !== 'others' || to !== this.#parts.name) addressed.push({ to, entry });
        }
      }
    }
    return addressed;
  }

  /** Effects only after the commit. */
  #act(
    seq: number,
    effects: readonly Effect[],
    replies: readonly CommandReply[],
    decisions: readonly EntityDecision[],
  ): void {
    const { outbox, sends, correlations } = this.#parts;
    outbox.add(seq, effects);
    for (const reply of replies) this.#reply(seq, reply);
    for (const { replies: answers, sends: started, task } of decisions) {
      for (const reply of answers) this.#reply(seq, reply);
      for (const send of started) sends.start(send);
      if (task !== undefined) correlations.start(task);
    }
  }

  #reply(seq: number, { to, ...reply }: CommandReply): void {
    if (to === '' || !this.#deps.bus.connected()) return;
    const answer: CommandAnswer = { ...reply, committed: { partition: this.#parts.name, seq } };
    this.#deps.bus.nc.publish(to, JSON.stringify(answer));
  }
}
