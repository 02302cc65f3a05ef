/**
 * Publishing with an acknowledgement. The same message under the same id and expectation is tried again until the server
 * answers or patience ends: a publish that timed out may still have been stored, and the id makes the second try harmless.
 */

import { PublishRefused } from './acknowledgements.ts';
import type { Bus } from './connection.ts';

/** The stream is full (its bound or the server's store). Nothing was stored. */
export class IngestFull extends Error {
  readonly code = 'ingest.full';
}

/** No acknowledgement within the time allowed. The message may or may not be stored. */
export class IngestUnavailable extends Error {
  readonly code = 'ingest.unavailable';
}

/** The stream's last sequence was another than expected: somebody else has written. Nothing was stored. */
export class AppendRefused extends Error {
  readonly code = 'journal.append-refused';
}

export interface PublishOptions {
  readonly messageId: string;
  readonly expectLastSequence?: number;
  /** Milliseconds in all. */
  readonly patience: number;
}

const ATTEMPT_TIMEOUT = 2000;
const PAUSE = 50;

/** Sequence of the stored message. Throws IngestFull, IngestUnavailable or AppendRefused. */
export async function publishAcknowledged(
  bus: Bus,
  subject: string,
  data: Uint8Array | string,
  options: PublishOptions,
): Promise<number> {
  const end = performance.now() + options.patience;
  let cause: unknown;
  do {
    if (bus.nc.isClosed()) break;
    try {
      const timeout = Math.max(1, Math.min(ATTEMPT_TIMEOUT, end - performance.now()));
      return await bus.acknowledgements.publish({ ...options, subject, data, timeout });
    } catch (error) {
      cause = error;
      const final = finalError(error, subject);
      if (final !== null) throw final;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  } while (performance.now() < end);
  throw new IngestUnavailable(`${subject}: no acknowledgement within ${options.patience} ms`, { cause });
}

/** 10071/10164: wrong last sequence; 10023, 10047, 10077: no room (ADR-7 error codes of the server). */
function finalError(error: unknown, subject: string): Error | null {
  if (!(error instanceof PublishRefused)) return null;
  switch (error.code) {
    case 10071:
    case 10164:
      return new AppendRefused(`${subject}: ${error.message}`, { cause: error });
    case 10023:
    case 10047:
    case 10077:
      return new IngestFull(`${subject}: ${error.message}`, { cause: error });
    default:
      return null;
  }
}
