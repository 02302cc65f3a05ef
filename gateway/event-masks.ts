/** Tells the archive what must not leave in public events (bus/event-masks.ts): before anything is decided, and at every change. */

import type { Bus } from '../bus/connection.ts';
import { writeEventMasks } from '../bus/event-masks.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';
import type { LiveResources } from './live-resources.ts';

const TRY_AGAIN = 1000;

export interface EventMaskOptions {
  readonly bus: Bus;
  readonly resources: Pick<LiveResources, 'current' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Resolves once what is in force is written. Later changes are written in their order, the newest until it is. */
export function keepEventMasks({ bus, resources, clock, log, signal }: EventMaskOptions): Promise<void> {
  const write = async () => {
    while (!signal.aborted) {
      try {
        await writeEventMasks(bus, resources.current().eventMasks);
        return;
      } catch (error) {
        if (signal.aborted || bus.nc.isClosed()) return;
        log.warn({ event: 'masks.unwritten', err: error }, 'public events go by the Maskings of before');
        await pause(clock, TRY_AGAIN, signal);
      }
    }
  };
  let writing = write();
  resources.onChange(() => {
    writing = writing.then(write);
  });
  return writing;
}
