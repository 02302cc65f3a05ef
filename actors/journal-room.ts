/**
 * How much room a partition's journal has. The last tenth is kept for what makes room again: the manifest of a snapshot, and
 * the fence of the next owner.
 */

import type { Bus } from '../bus/connection.ts';
import type { JournalWriter } from '../bus/journal-writer.ts';
import type { PartitionName } from '../bus/partition.ts';
import { journalStream } from '../bus/subjects.ts';

const FULL = 0.9;

export class JournalRoom {
  readonly #bus: Bus;
  readonly #stream: string;
  readonly #writer: JournalWriter;
  /** Bytes that may be written until the server is asked again how full the stream is. */
  #credit = 0;
  #writtenAt = 0;

  constructor(bus: Bus, partition: PartitionName, writer: JournalWriter) {
    this.#bus = bus;
    this.#stream = journalStream(partition);
    this.#writer = writer;
  }

  /** True while another commit may be written. Asks the server only when what it last said is used up by half. */
  async left(): Promise<boolean> {
    if (this.#writer.bytes - this.#writtenAt < this.#credit / 2) return true;
    const { state, config } = await this.#bus.jsm.streams.info(this.#stream);
    this.#credit = config.max_bytes * FULL - state.bytes;
    this.#writtenAt = this.#writer.bytes;
    return this.#credit > 0;
  }
}
