/**
 * What happens when something under a partition fails, in one place.
 *
 * - A decision throws: its command goes to the dead letters with the error; the actor resumes with what is left of its turn.
 * - A commit is refused: somebody else owns the partition. All of its actors are dropped, nothing is sent or published.
 * - Anything else that throws in a partition: its actors are dropped and it recovers from the journal, with a pause.
 */

import type { Log } from '../telemetry/log.ts';
import type { Handler } from './actor-system.ts';
import type { Turn } from './turn.ts';

/** The partition belongs to somebody else now (or may): drop everything. */
export class OwnershipLost extends Error {
  readonly code = 'partition.ownership-lost';
}

/** How long an entity is left alone whose decision on its own time (a timer, an outcome) threw. Milliseconds. */
export const HOLD_AFTER_FAILURE = 60_000;

/** How long a worker waits before it takes a partition again that failed under it. Milliseconds. */
export const PAUSE_AFTER_FAILURE = 1000;

export function turnHandler(log: Log): Handler<Turn> {
  const handler: Handler<Turn> = {
    handle: (turn) => turn.run(),
    crashed(turn, error) {
      const entity = `${turn.slot.kind.kind} ${turn.slot.key}`;
      log.error({ event: 'decision.failed', entity, error }, 'a decision threw; its input is a dead letter now');
      turn.fail(error, HOLD_AFTER_FAILURE);
      try {
        turn.run();
      } catch (next) {
        handler.crashed(turn, next as Error);
      }
    },
  };
  return handler;
}
