/**
 * Group commit: all alerts that arrive in one turn of the event loop become one frame per partition, and a request is
 * answered when every frame that holds one of its alerts is acknowledged.
 *
 * One frame per partition is in flight; what arrives meanwhile waits and leaves as the next one, together with those of other
 * partitions. So the order within a partition holds even where a publish is tried again, and frames grow by themselves
 * under load. When a frame fails, every request with an alert in it fails as a whole, and what of it still waits is dropped:
 * later alerts of a request never overtake earlier ones, and its sender sends all of it again. Large requests leave a part at a
 * time, others beside them.
 */

import type { Alert } from '../alert/alert.ts';
import { addressOfAlert } from '../alert/entry.ts';
import { NewAlertEntry } from '../alert/new-alert-entry.ts';
import { encodeFrame } from '../bus/frame.ts';
import { type PartitionCount, type PartitionName, partitionOf } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AlertMetrics } from './access-metrics.ts';
import { entrySizeBound, FRAME_OVERHEAD } from './entry-size.ts';
import { PartitionQueue, type Waiting } from './partition-queue.ts';
import { type CommitOutcome, Submission } from './submission.ts';
import { Turns } from './turns.ts';

export interface FramePublisher {
  /**
   * Resolves once the frame is stored. Rejects with an error whose code is `ingest.full` or `ingest.unavailable`. The same id
   * twice is stored once.
   */
  publish(partition: PartitionName, data: Uint8Array, messageId: string): Promise<unknown>;
  readonly maxFrameBytes: number;
}

export interface GroupCommitOptions {
  readonly publisher: FramePublisher;
  readonly partitions: PartitionCount;
  /** Unique among all processes that ever publish: message ids begin with it. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: AlertMetrics;
  /** Beyond so many bytes waiting, requests are refused as `ingest.busy`. */
  readonly maxWaitingBytes?: number;
  /** Runs the callback when the turn has ended, or later, unless enough waits: more would make nothing cheaper. */
  readonly atEndOfTurn?: (callback: () => void, isEnough: boolean) => void;
}

export interface GroupCommit {
  submit(alerts: readonly Alert[], receipt: string, receivedAt: number): Promise<CommitOutcome>;
  /** Alerts that wait or are in flight. */
  readonly waiting: number;
}

const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Alerts of one request that are made ready in one go. */
const AT_ONCE = 100;
/** Alerts that leave without waiting for others. */
const ENOUGH = 32;

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { publisher, partitions, prefix, clock, log, metrics } = options;
  const { maxWaitingBytes = MAX_WAITING_BYTES, atEndOfTurn = (flushNow) => setImmediate(flushNow) } = options;
  const queues = new Map<PartitionName, PartitionQueue>();
  const touched = new Set<PartitionQueue>();
  const room = publisher.maxFrameBytes - FRAME_OVERHEAD;
  let frames = 0;
  let waiting = 0;
  let waitingBytes = 0;
  let turnEnds = false;
  /** Since the last ones left. */
  let arrived = 0;

  const flush = () => {
    arrived = 0;
    const turns = new Turns();
    for (const queue of touched) {
      touched.delete(queue);
      if (!queue.inFlight) send(queue);
      // Frames of one large request: some milliseconds each.
      if (touched.size > 0 && turns.isDue()) {
        setImmediate(flush);
        return;
      }
    }
    turnEnds = false;
  };

  const endTurn = () => {
    if (turnEnds) return;
    turnEnds = true;
    atEndOfTurn(flush, false);
  };

  const send = (queue: PartitionQueue) => {
    const frame = queue.take(room, forget);
    if (frame.length === 0) return;
    queue.inFlight = true;
    const startedAt = clock.monotonic();
    publish(queue.partition, frame).then((outcome) => {
      metrics.published(outcome.code, (clock.monotonic() - startedAt) / 1000);
      for (const one of frame) {
        forget(one);
        if (outcome.code === 'stored') one.submission.stored();
        else one.submission.failed(outcome);
      }
      queue.inFlight = false;
      if (queue.isEmpty) return;
      touched.add(queue);
      endTurn();
    });
  };

  const publish = async (partition: PartitionName, frame: readonly Waiting[]): Promise<PublishOutcome> => {
    frames += 1;
    try {
      const data = encodeFrame({ stamp: null, entries: frame.map((one) => one.entry) });
      await publisher.publish(partition, data, `${prefix}-${frames.toString(36)}`);
      return { code: 'stored' };
    } catch (error) {
      log.warn({ err: error, partition, alerts: frame.length }, 'ingress.publish-failed');
      return { code: isFull(error) ? 'ingest.full' : 'ingest.unavailable' };
    }
  };

  const forget = (one: Waiting) => {
    waiting -= 1;
    waitingBytes -= one.size;
  };

  const enqueue = (one: Waiting) => {
    const partition = partitionOf(addressOfAlert(one.entry), partitions);
    let queue = queues.get(partition);
    if (queue === undefined) {
      queue = new PartitionQueue(partition);
      queues.set(partition, queue);
    }
    queue.add(one);
    touched.add(queue);
    arrived += 1;
    if (arrived === ENOUGH) atEndOfTurn(flush, true);
    waiting += 1;
    waitingBytes += one.size;
  };

  return {
    get waiting() {
      return waiting;
    },
    submit(alerts, receipt, receivedAt) {
      if (alerts.length === 0) return Promise.resolve({ code: 'stored' });
      if (waitingBytes > maxWaitingBytes) return Promise.resolve({ code: 'ingest.busy' });
      const submission = new Submission(alerts.length, alerts.length > AT_ONCE);
      const all: Waiting[] = [];
      const ready = (end: number): CommitOutcome | null => {
        for (let index = all.length; index < end; index++) {
          const entry = new NewAlertEntry(alerts[index]!, receipt, index, receivedAt);
          const size = sizeOf(entry, room);
          if (size === null) return { code: 'alert.too-large', index, limit: room };
          all.push({ entry, size, submission });
        }
        return null;
      };
      const commit = (refused: CommitOutcome | null) => {
        if (refused !== null) return Promise.resolve(refused);
        for (const one of all) enqueue(one);
        endTurn();
        return submission.outcome;
      };
      return alerts.length <= AT_ONCE ? commit(ready(alerts.length)) : inSlices(alerts.length, ready).then(commit);
    },
  };
}

/** Nothing of the request is in a queue before all of it is ready: it is kept as a whole or not at all. */
async function inSlices(count: number, ready: (end: number) => CommitOutcome | null): Promise<CommitOutcome | null> {
  const turns = new Turns();
  for (let end = AT_ONCE; ; end += AT_ONCE) {
    const refused = ready(Math.min(end, count));
    if (refused !== null || end >= count) return refused;
    if (turns.isDue()) await turns.next();
  }
}

type PublishOutcome = { readonly code: 'stored' | 'ingest.full' | 'ingest.unavailable' };

/** An upper bound in bytes; exact where the bound alone would not fit; null where the entry fits no frame. */
function sizeOf(entry: NewAlertEntry, room: number): number | null {
  const bound = entrySizeBound(entry);
  if (bound <= room) return bound;
  const exact = encodeFrame({ stamp: null, entries: [entry] }).length;
  return exact <= room ? room : null;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ingest.full';
}
