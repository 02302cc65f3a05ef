/**
 * NATS may go again between being reached and all roles running, or refuse what a step of starting asks for: the step is taken again,
 * for as long as it takes.
 */

import { isOutage } from '../bus/connection.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';
import { Hindrance, type TellHindrance } from './hindrance.ts';

const TRY_AGAIN = 1000;

/** `step`: leaves nothing behind when it fails. null when `signal` aborts first. Throws what is no outage. */
export async function patiently<T>(
  step: () => Promise<T>,
  signal: AbortSignal,
  log: Log,
  tell: TellHindrance = () => {},
): Promise<T | null> {
  const hindrance = new Hindrance(systemClock, log, tell);
  let said = false;
  while (!signal.aborted) {
    try {
      const done = await step();
      hindrance.over();
      return done;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (!hindrance.met(error, 'start.held-up') && !said) {
        said = true;
        log.warn({ event: 'start.held-up', error }, 'NATS does not answer now; starting goes on when it does');
      }
      await pause(systemClock, TRY_AGAIN, signal);
    }
  }
  return null;
}
