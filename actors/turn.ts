/**
 * A turn is what an actor's mailbox takes: the commands of one commit for one entity, in order. It asks the pure decision,
 * applies the events, and collects what the commit will hold. A command whose decision throws goes to the dead letters; the
 * turn goes on with the one behind it.
 */

import type { CorrelationTask } from '../alert/correlation-run.ts';
import type { Entry } from '../alert/entry.ts';
import type { Cause } from '../alert/event.ts';
import { reason } from '../alert/reason.ts';
import type { JournalEvent } from '../bus/journal.ts';
import type { Entities } from './entities.ts';
import type { CommandReply, CommitContext, EntityDecision, Send } from './entity.ts';
import { type Slot, stateOf } from './slot.ts';

export interface TurnInput {
  readonly command: unknown;
  /** Unique per input of this partition. */
  readonly position: string;
  /** What it came from, kept whole should it go to the dead letters. null: from inside (timers, outcomes). */
  readonly entry: Entry | null;
}

/** What a commit takes from its turns, in the order of the turns. */
export interface TurnResult {
  readonly events: JournalEvent[];
  readonly effects: Entry[];
  readonly replies: CommandReply[];
  readonly sends: Send[];
  readonly tasks: CorrelationTask[];
}

export class Turn {
  readonly slot: Slot;
  readonly result: TurnResult = { events: [], effects: [], replies: [], sends: [], tasks: [] };
  readonly #inputs: TurnInput[] = [];
  readonly #entities: Entities;
  readonly #context: CommitContext;
  readonly #finished: (turn: Turn) => void;
  #next = 0;

  constructor(slot: Slot, entities: Entities, context: CommitContext, finished: (turn: Turn) => void) {
    this.slot = slot;
    this.#entities = entities;
    this.#context = context;
    this.#finished = finished;
  }

  add(input: TurnInput): void {
    this.#inputs.push(input);
  }

  /** Runs what is left. Throws what a decision throws; call `fail` then and run again. */
  run(): void {
    while (this.#next < this.#inputs.length) {
      this.#take(this.#inputs[this.#next]!);
      this.#next++;
    }
    this.#entities.changed(this.slot);
    this.#finished(this);
  }

  /**
   * The command at hand threw: it becomes a dead letter, and the turn stands at the one behind it. One from inside comes
   * again by itself, but only after `hold` milliseconds: it would throw again.
   */
  fail(error: Error, hold: number): void {
    const input = this.#inputs[this.#next++];
    if (input?.entry == null) {
      this.slot.heldUntil = this.#context.now + hold;
      return;
    }
    const { entry } = input;
    this.result.events.push({
      type: 'input.dead-lettered',
      key: this.slot.key,
      at: this.#context.now,
      deadLetterId: `${input.position}-d`,
      cause: causeOf(entry),
      entry,
      reasons: [reason('dead-letter.decision-failed', `${error.name}: ${error.message}`)],
    });
    if (entry.kind === 'command' || entry.kind === 'silence' || entry.kind === 'promotion' || entry.kind === 'submit') {
      this.result.replies.push({
        to: entry.replyTo,
        ok: false,
        status: 500,
        reasons: [reason('dead-letter.decision-failed', error.message)],
      });
    }
  }

  #take(input: TurnInput): void {
    const { kind } = this.slot;
    const before = stateOf(this.slot);
    const decision: EntityDecision = kind.decide(before, input.command, {
      ...this.#context,
      key: this.slot.key,
      position: input.position,
      quietUntil: this.slot.quietUntil,
    });
    let state = before;
    for (const event of decision.events) state = kind.evolve(state, event);
    this.slot.state = state;
    // What changed it may have made something due that was not.
    if (decision.quietUntil !== undefined) this.slot.quietUntil = decision.quietUntil;
    else if (decision.events.length > 0) this.slot.quietUntil = 0;
    const { events, effects, replies, sends, tasks } = this.result;
    events.push(...decision.events);
    effects.push(...decision.effects);
    replies.push(...decision.replies);
    sends.push(...decision.sends);
    if (decision.task !== undefined) tasks.push(decision.task);
  }
}

export function causeOf(entry: Entry): Cause | null {
  return entry.kind === 'alert' ? { receipt: entry.receipt, index: entry.index } : null;
}
