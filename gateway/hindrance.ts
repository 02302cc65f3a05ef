/** What a person has to mend before NATS lets Herald go on (bus/what-to-mend.ts): known while it lasts, logged at once and then every minute. */

import { whatToMend } from '../bus/what-to-mend.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** Milliseconds. */
const SAY_AGAIN = 60_000;

/** For readyz; null: nothing that a person has to mend is known. */
export type TellHindrance = (why: string | null) => void;

export class Hindrance {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tell: TellHindrance;
  #dueAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Log, tell: TellHindrance) {
    this.#clock = clock;
    this.#log = log;
    this.#tell = tell;
  }

  /** Whether a person has to mend it, and so knows by now. Of what may pass nothing is said here. */
  met(error: unknown, event: string): boolean {
    const why = whatToMend(error);
    this.#tell(why);
    if (why === null) return false;
    const now = this.#clock.monotonic();
    // By time alone: of several that are refused another may be the first each time.
    if (now >= this.#dueAt) {
      this.#dueAt = now + SAY_AGAIN;
      this.#log.error({ event, error }, `${why}; trying on`);
    }
    return true;
  }

  over(): void {
    this.#tell(null);
  }
}
