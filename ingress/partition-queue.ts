/** Alerts that wait for one partition, in the order in which they came. */

import type { AlertEntry } from '../alert/entry.ts';
import type { PartitionName } from '../bus/partition.ts';
import type { Submission } from './submission.ts';

export interface Waiting {
  readonly entry: AlertEntry;
  /** Upper bound of its encoded size in bytes. */
  readonly size: number;
  readonly submission: Submission;
}

export class PartitionQueue {
  readonly partition: PartitionName;
  /** A frame of this partition is not acknowledged yet. */
  inFlight = false;
  #waiting: Waiting[] = [];
  #first = 0;

  constructor(partition: PartitionName) {
    this.partition = partition;
  }

  add(one: Waiting): void {
    this.#waiting.push(one);
  }

  /** The next frame: as many as fit into `room` bytes. What belongs to a failed request is handed to `dropped` instead. */
  take(room: number, dropped: (one: Waiting) => void): Waiting[] {
    const frame: Waiting[] = [];
    let size = 0;
    let next = this.#first;
    for (; next < this.#waiting.length; next++) {
      const one = this.#waiting[next]!;
      if (one.submission.hasFailed) {
        dropped(one);
        continue;
      }
      if (size + one.size > room) break;
      size += one.size;
      frame.push(one);
    }
    this.#first = next;
    this.#compact();
    return frame;
  }

  /** Lets go of what was taken: at once where nothing is left, else only now and then, so that taking stays linear. */
  #compact(): void {
    if (this.#first * 2 < this.#waiting.length) return;
    this.#waiting = this.#first === this.#waiting.length ? [] : this.#waiting.slice(this.#first);
    this.#first = 0;
  }
}
