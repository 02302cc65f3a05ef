/** NATS may go again between being reached and all roles running: a step of starting that meets that is taken again, for as long as it takes. */

import { isOutage } from '../bus/connection.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';

const TRY_AGAIN = 1000;

/** `step`: leaves nothing behind when it fails. null when `signal` aborts first. Throws what is no outage. */
export async function patiently<T>(step: () => Promise<T>, signal: AbortSignal, log: Log): Promise<T | null> {
  for (let said = false; !signal.aborted; said = true) {
    try {
      return await step();
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (!said) log.warn({ event: 'start.held-up', error }, 'NATS does not answer now; starting goes on when it does');
      await pause(systemClock, TRY_AGAIN, signal);
    }
  }
  return null;
}
