/** What keeps an archive from its work, by partition: told once it fails again and again, and for as long as it does. */

import type { PartitionName } from '../bus/partition.ts';
import type { Clock } from '../telemetry/clock.ts';

interface Failure {
  readonly why: string;
  /** Of the last time. Monotonic milliseconds. */
  readonly at: number;
  /** In a row. */
  readonly times: number;
}

/** What failed so long ago, and not since, is over: longer than a publication takes to fail again. Milliseconds. */
const STILL_FAILING = 30_000;

export class Failures {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #last = new Map<PartitionName, Failure>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  note(partition: PartitionName, error: unknown): void {
    const at = this.#clock.monotonic();
    const before = this.#last.get(partition);
    const times = before !== undefined && before.at > at - STILL_FAILING ? before.times + 1 : 1;
    this.#last.set(partition, { why: error instanceof Error ? error.message : String(error), at, times });
  }

  /** The partition gets on. */
  forget(partition: PartitionName): void {
    this.#last.delete(partition);
  }

  /** null: nothing holds it up. Once may be a moment without NATS. */
  heldUp(): string | null {
    const since = this.#clock.monotonic() - STILL_FAILING;
    const one = [...this.#last.values()].find(({ at, times }) => times > 1 && at > since);
    return one === undefined ? null : `the archive is held up: ${one.why}`;
  }
}
