/**
 * Alerts that wait for one partition, in the order in which they came. Those of large requests wait apart: a request of 20 MB is
 * megabytes for each partition, and nobody else has to wait until they are stored. It is accepted only when all of it is, so what
 * overtakes it was accepted before it.
 */

import type { PartitionName } from '../bus/partition.ts';
import type { Waiting } from './waiting.ts';

/** Bytes of large requests in one frame: what comes meanwhile waits for no more than that. */
const BULK_ROOM = 128 * 1024;

/** Frames without anything of the large requests that wait: then it is their turn, or they would wait for as long as others come. */
const MOST_PASSED_OVER = 8;

export class PartitionQueue {
  readonly partition: PartitionName;
  /** A frame of this partition is not acknowledged yet. */
  inFlight = false;
  /** It is among those that are looked at with the next flush. */
  isTouched = false;
  readonly #waiting = new Lane();
  readonly #bulk = new Lane();
  #passedOver = 0;

  constructor(partition: PartitionName) {
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.#waiting.isEmpty && this.#bulk.isEmpty;
  }

  add(one: Waiting): void {
    if (one.submission.isBulk) this.#bulk.add(one);
    else this.#waiting.add(one);
  }

  /**
   * The next frame: as many as fit into `room` bytes, those of large requests last and only some at a time; where they were passed over
   * again and again, first. What belongs to a failed request is handed to `dropped` instead.
   */
  take(room: number, dropped: (one: Waiting) => void): Waiting[] {
    const frame: Waiting[] = [];
    // Of large ones the first one fits into all that is left: else one larger than their share would wait for ever.
    const takeBulk = (left: number) => this.#bulk.take(frame, Math.min(left, BULK_ROOM), dropped, left);
    const isTheirTurn = this.#passedOver >= MOST_PASSED_OVER;
    const first = isTheirTurn ? takeBulk(room) : 0;
    const size = this.#waiting.take(frame, room - first, dropped);
    const bulk = isTheirTurn ? first : takeBulk(room - size);
    this.#passedOver = bulk > 0 || this.#bulk.isEmpty ? 0 : this.#passedOver + 1;
    return frame;
  }
}

/** In the order in which they came. */
class Lane {
  #waiting: Waiting[] = [];
  #first = 0;

  get isEmpty(): boolean {
    return this.#first === this.#waiting.length;
  }

  add(one: Waiting): void {
    this.#waiting.push(one);
  }

  /** Moves as many into the frame as fit into `room` bytes, and the first if it fits into `roomOfFirst`. Returns their bytes. */
  take(frame: Waiting[], room: number, dropped: (one: Waiting) => void, roomOfFirst = room): number {
    let size = 0;
    let next = this.#first;
    for (; next < this.#waiting.length; next++) {
      const one = this.#waiting[next]!;
      if (one.submission.hasFailed) {
        dropped(one);
        continue;
      }
      if (size + one.size > (size === 0 ? Math.max(room, roomOfFirst) : room)) break;
      size += one.size;
      frame.push(one);
    }
    this.#first = next;
    this.#compact();
    return size;
  }

  /** Lets go of what was taken: at once where nothing is left, else only now and then, so that taking stays linear. */
  #compact(): void {
    if (this.#first * 2 < this.#waiting.length) return;
    this.#waiting = this.isEmpty ? [] : this.#waiting.slice(this.#first);
    this.#first = 0;
  }
}
