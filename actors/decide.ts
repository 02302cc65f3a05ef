/**
 * One round of deciding: hands inputs to the actors of their entities and waits until every turn is over. Two rounds make a
 * commit: what came in, then whoever is due or was touched.
 */

import type { ActorPool } from './actor-pool.ts';
import type { ActorRef } from './actor-system.ts';
import type { Entities } from './entities.ts';
import type { CommitContext, EntityDecision } from './entity.ts';
import type { Slot } from './slot.ts';
import { Turn, type TurnInput } from './turn.ts';

export interface Stage {
  readonly actors: ActorPool;
  readonly entities: Entities;
  /** Monotonic. */
  readonly usedAt: number;
}

/** Decisions in the order in which the entities first appear in `inputs`. */
export async function decideAll(
  stage: Stage,
  inputs: Iterable<readonly [Slot, TurnInput]>,
  context: CommitContext,
): Promise<EntityDecision[]> {
  const turns = new Map<Slot, Turn>();
  let open = 0;
  let allFinished = () => {};
  const finished = () => {
    if (--open === 0) allFinished();
  };
  for (const [slot, input] of inputs) {
    const turn = turns.get(slot);
    if (turn === undefined) turns.set(slot, new Turn(slot, input, stage.entities, context, finished));
    else turn.add(input);
  }
  if (turns.size === 0) return [];
  open = turns.size;
  await new Promise<void>((resolve) => {
    allFinished = resolve;
    for (const turn of turns.values()) stage.actors.tell(actorOf(stage, turn.slot), turn);
  });
  const decisions: EntityDecision[] = [];
  for (const turn of turns.values()) decisions.push(...turn.decisions);
  return decisions;
}

function actorOf(stage: Stage, slot: Slot): ActorRef<Turn> {
  slot.usedAt = stage.usedAt;
  stage.entities.used(slot);
  slot.actor ??= stage.actors.take();
  return slot.actor;
}
