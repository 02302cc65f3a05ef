/**
 * The deciding of one commit, in two rounds: first what came in, then whoever was touched by it or is due. Entities that have
 * ended leave their table.
 */

import type { ActorPool } from './actor-pool.ts';
import { decideAll, type Stage } from './decide.ts';
import type { Entities } from './entities.ts';
import type { CommitContext, EntityDecision } from './entity.ts';
import type { LocalCommand } from './inbox.ts';
import type { RoutedInput } from './intake.ts';
import type { Kinds } from './recovery.ts';
import { type Slot, stateOf } from './slot.ts';
import type { TurnInput } from './turn.ts';

export interface RoundInput {
  readonly routed: readonly RoutedInput[];
  readonly local: readonly LocalCommand[];
  /** False: nothing new is started (no timers, no sends), only what came in is decided. */
  readonly settle: boolean;
  /** Monotonic. */
  readonly usedAt: number;
  /** A name for each command from inside, unique in this partition. */
  position(): string;
}

/** Timers per commit: after a long stop those of all entities are due at once. */
const MOST_DUE = 2000;

export class Rounds {
  readonly #kinds: Kinds;
  readonly #actors: ActorPool;
  readonly #entities: Entities;

  constructor(kinds: Kinds, actors: ActorPool, entities: Entities) {
    this.#kinds = kinds;
    this.#actors = actors;
    this.#entities = entities;
  }

  async decide(input: RoundInput, context: CommitContext): Promise<EntityDecision[]> {
    const stage: Stage = { actors: this.#actors, entities: this.#entities, usedAt: input.usedAt };
    const arrived = this.#arrived(input);
    const first = await decideAll(stage, arrived, context);
    const touched = new Set<Slot>();
    for (const [slot] of arrived) touched.add(slot);
    if (input.settle) for (const slot of this.#entities.takeDue(context.now, MOST_DUE)) touched.add(slot);
    const second = input.settle ? await decideAll(stage, this.#settling(touched, input, context), context) : [];
    for (const slot of touched) this.#forgetEnded(slot);
    return first.concat(second);
  }

  #arrived({ routed, local, position }: RoundInput): [Slot, TurnInput][] {
    const arrived: [Slot, TurnInput][] = [];
    for (const { kind, key, entry, position: place } of routed)
      arrived.push([this.#entities.slot(this.#kinds[kind], key), { command: entry, position: place, entry }]);
    for (const { slot, command } of local) arrived.push([slot, { command, position: position(), entry: null }]);
    return arrived;
  }

  #settling(touched: ReadonlySet<Slot>, { position }: RoundInput, { now, policy }: CommitContext): [Slot, TurnInput][] {
    const settling: [Slot, TurnInput][] = [];
    for (const slot of touched) {
      if (slot.quietUntil > now) continue;
      const state = stateOf(slot);
      const command = state === null ? null : slot.kind.settle(state, now, policy);
      if (command !== null) settling.push([slot, { command, position: position(), entry: null }]);
    }
    return settling;
  }

  #forgetEnded(slot: Slot): void {
    if (stateOf(slot) !== null) return;
    if (slot.actor !== null) this.#actors.giveBack(slot.actor);
    slot.actor = null;
    this.#entities.remove(slot);
  }
}
