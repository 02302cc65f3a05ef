/**
 * A turn is what an actor's mailbox takes: the commands of one commit for one entity, in order. It asks the pure decision,
 * applies the events, and collects what the commit will hold. A command whose decision throws goes to the dead letters; the
 * turn goes on with the one behind it.
 */

import type { Entry } from '../alert/entry.ts';
import type { Cause } from '../alert/event.ts';
import { reason } from '../alert/reason.ts';
import type { JournalEvent } from '../bus/journal.ts';
import type { Entities } from './entities.ts';
import { type CommandReply, type CommitContext, type EntityDecision, NO_REPLIES, NO_SENDS } from './entity.ts';
import { type Slot, stateOf } from './slot.ts';

export interface TurnInput {
  readonly command: unknown;
  /** Unique per input of this partition. */
  readonly position: string;
  /** What it came from, kept whole should it go to the dead letters. null: from inside (timers, outcomes). */
  readonly entry: Entry | null;
}

export class Turn {
  readonly slot: Slot;
  /** What a commit takes from it: one for each input, in their order. */
  readonly decisions: EntityDecision[] = [];
  readonly #inputs: TurnInput[];
  readonly #entities: Entities;
  readonly #context: CommitContext;
  readonly #finished: (turn: Turn) => void;
  #next = 0;

  constructor(
    slot: Slot,
    first: TurnInput,
    entities: Entities,
    context: CommitContext,
    finished: (turn: Turn) => void,
  ) {
    this.slot = slot;
    this.#inputs = [first];
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
    const buried: JournalEvent = {
      type: 'input.dead-lettered',
      key: this.slot.key,
      at: this.#context.now,
      deadLetterId: `${input.position}-d`,
      cause: causeOf(entry),
      entry,
      reasons: [reason('dead-letter.decision-failed', `${error.name}: ${error.message}`)],
    };
    this.decisions.push({ events: [buried], effects: [], replies: repliesTo(entry, error), sends: NO_SENDS });
  }

  #take(input: TurnInput): void {
    const { kind, key, quietUntil } = this.slot;
    const { position } = input;
    const before = stateOf(this.slot);
    const { now, policy, random, holds, placements, advice } = this.#context;
    const context = { now, policy, key, position, quietUntil, random, holds, placements, advice };
    const decision: EntityDecision = kind.decide(before, input.command, context);
    let state = before;
    for (const event of decision.events) state = kind.evolve(state, event);
    this.slot.state = state;
    // What changed it may have made something due that was not.
    if (decision.quietUntil !== undefined) this.slot.quietUntil = decision.quietUntil;
    else if (decision.events.length > 0) this.slot.quietUntil = 0;
    this.decisions.push(decision);
  }
}

/** To a person, whose command it was. */
function repliesTo(entry: Entry, error: Error): readonly CommandReply[] {
  const isAnswered =
    entry.kind === 'command' || entry.kind === 'silence' || entry.kind === 'promotion' || entry.kind === 'submit';
  if (!isAnswered) return NO_REPLIES;
  const reasons = [reason('dead-letter.decision-failed', error.message)];
  return [{ to: entry.replyTo, ok: false, status: 500, reasons }];
}

export function causeOf(entry: Entry): Cause | null {
  return entry.kind === 'alert' ? { receipt: entry.receipt, index: entry.index } : null;
}
