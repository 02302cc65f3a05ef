/**
 * An embedded nats-server that does not answer for its inboxes any more, as one does for good once its disk was full, is ended by force, and
 * so started again (nats-process.ts); what it stored survives that.
 *
 *   begins ──has answered──▶ watched ──silent for long, and there is room──▶ ended ──▶ begins
 *
 * While it begins nobody judges it: reading a large store takes its time. Nor while the disk is full: it would come back as it is, and the
 * silence counts from when there is room.
 */

import { statfsSync } from 'node:fs';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';

export interface OwnNats {
  /** Another one after each start. */
  readonly pid: number | undefined;
  /** Where it stores. */
  readonly folder: string;
  /** By force; it is started again. */
  end(): void;
}

export interface NatsWatchOptions {
  readonly nats: OwnNats;
  /** For all of its inboxes: where a disk was full some streams answer and others do not. Rejects when one does not. */
  ask(): Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Milliseconds without an answer. */
  readonly longest?: number;
}

/** Milliseconds. A question that nobody answers takes as long again (bus/connection.ts). */
const ASK_EVERY = 2000;
const LONGEST_SILENCE = 30_000;
/** In a row. By time alone it would also be silent after this process itself stood still. */
const FEWEST_UNANSWERED = 4;
/** Bytes. */
const ROOM = 64 * 1024 * 1024;

/** Since it has first answered; null before that. */
interface Watched {
  readonly pid: number | undefined;
  /** Or when there was no room, without which it cannot. Monotonic milliseconds. */
  readonly answeredAt: number;
  /** Questions since then. */
  readonly unanswered: number;
}

/** Until it is told to stop. */
export async function watchNats({
  nats,
  ask,
  clock,
  log,
  signal,
  longest = LONGEST_SILENCE,
}: NatsWatchOptions): Promise<void> {
  let watched: Watched | null = null;
  while (!signal.aborted) {
    const { pid } = nats;
    const error = await ask().then(
      () => null,
      (cause: unknown) => cause,
    );
    if (signal.aborted) return;
    const now = clock.monotonic();
    watched = lookedAt(watched, { pid, now, hasAnswered: error === null, hasRoom: hasRoom(nats.folder) });
    // One that was started while it was asked begins.
    if (watched !== null && isHung(watched, now, longest) && nats.pid === pid) {
      const seconds = Math.round((now - watched.answeredAt) / 1000);
      log.error(
        { event: 'nats.hangs', pid, seconds, error },
        'nats-server has not answered for its inboxes for long; it is ended by force',
      );
      nats.end();
      watched = null;
    }
    await pause(clock, ASK_EVERY, signal);
  }
}

interface Look {
  readonly pid: number | undefined;
  readonly now: number;
  readonly hasAnswered: boolean;
  readonly hasRoom: boolean;
}

function lookedAt(before: Watched | null, { pid, now, hasAnswered, hasRoom }: Look): Watched | null {
  if (hasAnswered) return { pid, answeredAt: now, unanswered: 0 };
  if (before === null || before.pid !== pid) return null;
  return hasRoom ? { ...before, unanswered: before.unanswered + 1 } : { pid, answeredAt: now, unanswered: 0 };
}

function isHung({ answeredAt, unanswered }: Watched, now: number, longest: number): boolean {
  return unanswered >= FEWEST_UNANSWERED && now - answeredAt >= longest;
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ROOM;
  } catch {
    // The folder is gone, or its disk: nothing that a start would mend.
    return false;
  }
}
