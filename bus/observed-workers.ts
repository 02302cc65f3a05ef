/** The other workers, by what was heard of them: their records, and whether somebody answers for them. */

import type { Clock } from '../telemetry/clock.ts';
import type { PartitionName } from './partition.ts';

export interface WorkerRecord {
  readonly beat: number;
  readonly leaving: boolean;
  readonly holds: readonly (readonly [PartitionName, number])[];
  /** It can be asked whether it is there. Left out by workers of an earlier version, and where NATS lets nobody ask it. */
  readonly answers?: true;
}

export interface WorkerView {
  readonly id: string;
  readonly leaving: boolean;
  /** Partition → the epoch of the fence that it holds it by. */
  readonly holds: ReadonlyMap<PartitionName, number>;
}

interface Observed {
  readonly record: WorkerRecord;
  /** Monotonic time of the last change seen. */
  changedAt: number;
  /** How often in a row nobody answered for it. */
  missed: number;
}

export class ObservedWorkers {
  readonly #clock: Clock;
  readonly #observed = new Map<string, Observed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True: it appeared, or something of it has changed that others act on. */
  observe(id: string, record: WorkerRecord): boolean {
    const before = this.#observed.get(id)?.record;
    // A record that is read twice has not changed.
    if (before?.beat === record.beat) return false;
    this.#observed.set(id, { record, changedAt: this.#clock.monotonic(), missed: 0 });
    return before?.leaving !== record.leaving || before.holds.join() !== record.holds.join();
  }

  /** False: it was not known. */
  forget(id: string): boolean {
    return this.#observed.delete(id);
  }

  /** Those whose record has changed within `lease` milliseconds. */
  alive(lease: number): WorkerView[] {
    const now = this.#clock.monotonic();
    const views: WorkerView[] = [];
    for (const [id, { record, changedAt }] of this.#observed) {
      if (now - changedAt <= lease) views.push({ id, leaving: record.leaving, holds: new Map(record.holds) });
    }
    return views;
  }

  /** Whom one may ask whether they are there. */
  askable(): string[] {
    return [...this.#observed].filter(([, { record }]) => record.answers === true).map(([id]) => id);
  }

  /** Somebody, or nobody, answered for it. Returns how often in a row it was nobody. */
  answered(id: string, isThere: boolean): number {
    const observed = this.#observed.get(id);
    if (observed === undefined) return 0;
    observed.missed = isThere ? 0 : observed.missed + 1;
    return observed.missed;
  }

  /** While one could hear nobody, nothing could be seen to change: nobody is dead because of that. */
  restart(): void {
    const now = this.#clock.monotonic();
    for (const observed of this.#observed.values()) {
      observed.changedAt = now;
      observed.missed = 0;
    }
  }
}
