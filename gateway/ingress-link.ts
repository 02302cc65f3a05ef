/** What ingress does over NATS. Until that is reached nothing is admitted, alerts are refused and commands stay unanswered. */

import { randomBytes } from 'node:crypto';
import type { Alert } from '../alert/alert.ts';
import { CommandUnanswered } from '../api/operator-ports.ts';
import { askPartition } from '../bus/ask-partition.ts';
import type { Bus } from '../bus/connection.ts';
import { type FramePublisher, framePublisher, type IngestGauge, watchIngest } from '../bus/ingest.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { FrameGroupCommit, type GroupCommit, type GroupCommitOptions } from '../ingress/group-commit.ts';
import { Beat } from '../telemetry/beat.ts';

type LinkOptions = Pick<GroupCommitOptions, 'clock' | 'log' | 'metrics'> & {
  /** The machine's time is for deciding as well: a few alerts wait for others, which spares NATS a quarter of its own. */
  readonly besideWorkers: boolean;
};

interface Connected {
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly publisher: FramePublisher;
  readonly groupCommit: GroupCommit;
  readonly gauge: IngestGauge;
}

/** Between the departures of small frames beside workers, while alerts come. Milliseconds. */
const FRAME_SPACING = 2;
/** How full the fullest inbox is when bulk sources have to wait; the others wait from twice that on (bus/ingest.ts). */
const SHED_BULK_FROM = 0.25;

export class IngressLink implements GroupCommit {
  readonly #options: LinkOptions;
  #connected: Connected | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  useBus(bus: Bus, count: PartitionCount): void {
    const publisher = framePublisher(bus);
    const gauge = watchIngest(bus, count, this.#options.clock);
    this.#connected = {
      bus,
      count,
      publisher,
      gauge,
      groupCommit: new FrameGroupCommit({
        ...this.#options,
        publisher: {
          ...publisher,
          publish(partition, data, messageId) {
            gauge.sent(partition, data.length);
            return publisher.publish(partition, data, messageId);
          },
        },
        partitions: count,
        prefix: randomBytes(9).toString('base64url'),
        atEndOfTurn: this.#atEndOfTurn(),
      }),
    };
  }

  #atEndOfTurn(): NonNullable<GroupCommitOptions['atEndOfTurn']> {
    const { clock, besideWorkers } = this.#options;
    if (!besideWorkers) return (flush) => setImmediate(flush);
    const beat = new Beat(clock, FRAME_SPACING);
    return (flush, isEnough) => setImmediate(isEnough ? flush : () => void beat.next().then(flush));
  }

  submit(alerts: readonly Alert[], receipt: string, receivedAt: number): ReturnType<GroupCommit['submit']> {
    if (this.#connected === null) return Promise.resolve({ code: 'ingest.unavailable' });
    return this.#connected.groupCommit.submit(alerts, receipt, receivedAt);
  }

  get waiting(): number {
    return this.#connected?.groupCommit.waiting ?? 0;
  }

  admitting(): boolean {
    return this.#connected?.gauge.admitting() ?? false;
  }

  sheddingBulk(): boolean {
    return this.#connected !== null && this.#connected.gauge.fill >= SHED_BULK_FROM;
  }

  /** What keeps it from accepting; null: nothing. */
  problem(): string | null {
    if (this.#connected === null) return 'NATS has not been reached yet';
    if (!this.#connected.bus.connected()) return 'the connection to NATS is lost';
    const { answers } = this.#connected.gauge;
    if (!this.admitting()) return `the store of waiting alerts ${answers ? 'is nearly full' : 'does not answer'}`;
    return null;
  }

  /** Throws CommandUnanswered. */
  mustBeReached(): Connected {
    if (this.#connected === null) throw new CommandUnanswered('NATS has not been reached yet');
    return this.#connected;
  }

  /** Resolves after the commit. Throws what askPartition does, and CommandUnanswered. */
  async command(entry: Parameters<typeof askPartition>[3], id: string): ReturnType<typeof askPartition> {
    const { bus, publisher, count } = this.mustBeReached();
    return askPartition(bus, publisher, count, entry, id);
  }

  stop(): void {
    this.#connected?.gauge.stop();
  }
}
