/** The connection to NATS with its streams as this Herald wants them; patient for as long as it takes. */

import { type Bus, BusUnreachable, connectBus } from '../bus/connection.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { ensureStreams, StreamMismatch, type StreamSizes } from '../bus/streams.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';
import { Hindrance, type TellHindrance } from './hindrance.ts';
import { keepStreams } from './keep-streams.ts';
import { StartFailed } from './start-failed.ts';

/** Alert partitions as declared; channels are few, and each may be busy: half as many, four at most. */
export function partitionCount(partitions: number): PartitionCount {
  return { alert: partitions, channel: Math.min(4, Math.ceil(partitions / 2)) };
}

export interface OpenBusOptions {
  readonly url: string;
  readonly name: string;
  /** It was started just now: that it does not answer yet is worth no word. */
  readonly isStarting: boolean;
  readonly count: PartitionCount;
  readonly sizes: StreamSizes;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** NATS knows nobody by the credentials of its URL. */
  signInRefused(): void;
  readonly tell?: TellHindrance;
}

const TRY_AGAIN = 1000;
const PATIENCE = 5000;

/** null when `signal` aborts first. Throws StartFailed where the streams that are there do not fit. */
export async function openBus(options: OpenBusOptions): Promise<Bus | null> {
  const { url, name, count, sizes, log, signal, tell = () => {} } = options;
  const hindrance = new Hindrance(systemClock, log, tell);
  let said = false;
  for (let tried = false; !signal.aborted; tried = true) {
    const patience = tried || options.isStarting ? PATIENCE : 0;
    let bus: Bus | null = null;
    try {
      bus = await connectBus({ url, name, log, signal, patience });
      await ensureStreams(bus, count, sizes);
      keepStreams({ bus, count, sizes, clock: systemClock, signal });
      hindrance.over();
      return bus;
    } catch (error) {
      await bus?.close();
      if (error instanceof StreamMismatch) throw new StartFailed(error.message, { cause: error });
      if (!tried && error instanceof BusUnreachable && error.isRefused) options.signInRefused();
      if (!hindrance.met(error, 'bus.waiting') && !said) {
        said = true;
        log.error({ event: 'bus.waiting', error }, waiting(error));
      }
      await pause(systemClock, TRY_AGAIN, signal);
    }
  }
  return null;
}

function waiting(error: unknown): string {
  if (error instanceof BusUnreachable) return `${error.message}; trying on`;
  return `the streams cannot be made now (${error instanceof Error ? error.message : String(error)}); trying on`;
}
