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
import { encodeFrame } from '../bus/frame.ts';
import { alertPartition, type PartitionCount, type PartitionName } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AlertMetrics } from './access-metrics.ts';
import { FRAME_OVERHEAD } from './entry-size.ts';
import { PartitionQueue } from './partition-queue.ts';
import { type CommitOutcome, Submission } from './submission.ts';
import { Turns } from './turns.ts';
import { isBulk, type MadeReady, makeReady, type Waiting } from './waiting.ts';

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
  readonly atEndOfTurn?: AtEndOfTurn;
}

type AtEndOfTurn = (callback: () => void, isEnough: boolean) => void;

export interface GroupCommit {
  submit(alerts: readonly Alert[], receipt: string, receivedAt: number): Promise<CommitOutcome>;
  /** Alerts that wait or are in flight. */
  readonly waiting: number;
}

const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Alerts that leave without waiting for others. */
const ENOUGH = 32;

type PublishOutcome = { readonly code: 'stored' | 'ingest.full' | 'ingest.unavailable' };
const STORED: PublishOutcome = { code: 'stored' };

export class FrameGroupCommit implements GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #atEndOfTurn: AtEndOfTurn;
  readonly #maxWaitingBytes: number;
  /** Bytes for the entries of a frame. */
  readonly #room: number;
  readonly #queues: readonly PartitionQueue[];
  /** Those with something to send, as far as is known. */
  #touched: PartitionQueue[] = [];
  #frames = 0;
  #waiting = 0;
  #waitingBytes = 0;
  /** A flush is on its way. */
  #turnEnds = false;
  /** Alerts since the last ones left. */
  #arrived = 0;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#atEndOfTurn = options.atEndOfTurn ?? ((callback) => setImmediate(callback));
    this.#maxWaitingBytes = options.maxWaitingBytes ?? MAX_WAITING_BYTES;
    this.#room = options.publisher.maxFrameBytes - FRAME_OVERHEAD;
    this.#queues = Array.from({ length: options.partitions.alert }, (_, number) => new PartitionQueue(`a${number}`));
  }

  get waiting(): number {
    return this.#waiting;
  }

  submit(alerts: readonly Alert[], receipt: string, receivedAt: number): Promise<CommitOutcome> {
    if (alerts.length === 0) return Promise.resolve({ code: 'stored' });
    if (this.#waitingBytes > this.#maxWaitingBytes) return Promise.resolve({ code: 'ingest.busy' });
    const submission = new Submission(alerts.length, isBulk(alerts.length));
    const ready = makeReady({ alerts, receipt, receivedAt, submission }, this.#room);
    if (ready instanceof Promise) return ready.then((done) => this.#commit(submission, done));
    return this.#commit(submission, ready);
  }

  /** Nothing of the request is in a queue before all of it is ready: it is kept as a whole or not at all. */
  #commit(submission: Submission, ready: MadeReady): Promise<CommitOutcome> {
    if (ready.code !== 'alerts.ready') return Promise.resolve(ready);
    for (const one of ready.all) this.#enqueue(one);
    this.#endTurn();
    return submission.outcome;
  }

  #enqueue(one: Waiting): void {
    const queue = this.#queues[alertPartition(one.entry, this.#queues.length)]!;
    queue.add(one);
    this.#touch(queue);
    this.#arrived += 1;
    if (this.#arrived === ENOUGH) this.#atEndOfTurn(this.#flush, true);
    this.#waiting += 1;
    this.#waitingBytes += one.size;
  }

  #touch(queue: PartitionQueue): void {
    if (queue.isTouched) return;
    queue.isTouched = true;
    this.#touched.push(queue);
  }

  readonly #forget = (one: Waiting): void => {
    this.#waiting -= 1;
    this.#waitingBytes -= one.size;
  };

  #endTurn(): void {
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    this.#atEndOfTurn(this.#flush, false);
  }

  readonly #flush = (): void => {
    this.#arrived = 0;
    const turns = new Turns();
    const queues = this.#touched;
    this.#touched = [];
    for (let i = 0; i < queues.length; i++) {
      const queue = queues[i]!;
      queue.isTouched = false;
      if (!queue.inFlight) this.#send(queue);
      // Frames of one large request: some milliseconds each.
      if (i + 1 < queues.length && turns.isDue()) {
        this.#touched = queues.slice(i + 1);
        setImmediate(this.#flush);
        return;
      }
    }
    this.#turnEnds = false;
  };

  #send(queue: PartitionQueue): void {
    const frame = queue.take(this.#room, this.#forget);
    if (frame.length === 0) return;
    queue.inFlight = true;
    const { clock, metrics } = this.#options;
    const startedAt = clock.monotonic();
    const done = (outcome: PublishOutcome) => {
      metrics.published(outcome.code, (clock.monotonic() - startedAt) / 1000);
      this.#settle(frame, outcome);
      queue.inFlight = false;
      if (queue.isEmpty) return;
      this.#touch(queue);
      this.#endTurn();
    };
    this.#publish(queue.partition, frame).then(
      () => done(STORED),
      (error: unknown) => done(this.#notStored(error, queue.partition, frame)),
    );
  }

  #publish(partition: PartitionName, frame: readonly Waiting[]): Promise<unknown> {
    this.#frames += 1;
    const { publisher, prefix } = this.#options;
    try {
      const data = encodeFrame({ stamp: null, entries: frame.map((one) => one.entry) });
      return publisher.publish(partition, data, `${prefix}-${this.#frames.toString(36)}`);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #notStored(error: unknown, partition: PartitionName, frame: readonly Waiting[]): PublishOutcome {
    this.#options.log.warn(
      { event: 'ingress.publish-failed', error, partition, alerts: frame.length },
      'a frame was not stored; its requests are answered 503',
    );
    return { code: isFull(error) ? 'ingest.full' : 'ingest.unavailable' };
  }

  #settle(frame: readonly Waiting[], outcome: PublishOutcome): void {
    for (const one of frame) {
      this.#forget(one);
      if (outcome.code === 'stored') one.submission.stored();
      else one.submission.failed(outcome);
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ingest.full';
}
