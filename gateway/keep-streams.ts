/**
 * NATS may come back without what it stored: its disk was lost, or it had none. The streams are made anew then, so that Herald works again by
 * itself; who follows one sees that it is another (bus/stream-reader.ts), and partitions begin again with nothing.
 */

import type { Bus } from '../bus/connection.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { ensureStreams, StreamMismatch, type StreamSizes } from '../bus/streams.ts';
import type { Clock } from '../telemetry/clock.ts';
import { pause } from '../telemetry/pause.ts';
import { Hindrance } from './hindrance.ts';

export interface KeepStreamsOptions {
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly sizes: StreamSizes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const TRY_AGAIN = 1000;

/** Looks after every return of the connection, until `signal` aborts. */
export function keepStreams(options: KeepStreamsOptions): void {
  const { bus, signal } = options;
  let looking = false;
  const end = bus.onChange(async (connected) => {
    if (!connected || looking) return;
    looking = true;
    await look(options);
    looking = false;
  });
  signal.addEventListener('abort', end, { once: true });
}

/** Never rejects. */
async function look({ bus, count, sizes, clock, signal }: KeepStreamsOptions): Promise<void> {
  // readyz has its own way to see that alerts cannot be stored: as long as they can be, what is refused here is no reason to accept none.
  const hindrance = new Hindrance(clock, bus.log, () => {});
  while (!signal.aborted) {
    try {
      const made = await ensureStreams(bus, count, sizes);
      if (made.length > 0)
        bus.log.error(
          { event: 'bus.store-lost', made },
          'NATS is back without what was stored there: streams were made anew. What waited, and what was known of alerts and notifications, is gone',
        );
      return;
    } catch (error) {
      if (error instanceof StreamMismatch) {
        bus.log.error({ event: 'bus.stream-mismatch', error }, 'NATS is back with streams that do not fit');
        return;
      }
      if (!hindrance.met(error, 'bus.streams-refused'))
        bus.log.debug({ event: 'bus.streams-unseen', error }, 'the streams cannot be looked at now; trying again');
      await pause(clock, TRY_AGAIN, signal);
    }
  }
}
