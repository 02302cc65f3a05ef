/**
 * The one writer of a partition's journal. Every append expects the last acknowledged sequence; a refusal is the fence that
 * stops a stale owner. One append is in flight at a time.
 */

import type { Bus } from './connection.ts';
import {
  type Commit,
  decodeFence,
  decodeManifest,
  encodeCommit,
  encodeFence,
  encodeManifest,
  type Fence,
  type Manifest,
} from './journal.ts';
import type { PartitionName } from './partition.ts';
import { publishAcknowledged } from './publish.ts';
import { journalStream, subjects } from './subjects.ts';

const PATIENCE = 10_000;
/** Subject, headers and reply subject of a message count against the server's limit too. */
const ENVELOPE = 1024;

export interface JournalWriter {
  readonly epoch: number;
  /** Sequence of the fence that made this writer the owner. */
  readonly fenceSeq: number;
  /** Sequence of the last acknowledged message. */
  readonly lastSeq: number;
  /** Sequence of the commit's last message. Throws AppendRefused when another owner has written. */
  append(commit: Commit): Promise<number>;
  /** As `append`, and never beside one. */
  writeManifest(manifest: Manifest): Promise<void>;
  /** Bytes that this writer has appended. */
  readonly bytes: number;
}

/**
 * Takes the partition over: reads the last fence from the leader and writes the next one behind everything that is there.
 * Throws AppendRefused when another worker was faster.
 */
export async function fenceJournal(bus: Bus, partition: PartitionName, owner: string): Promise<JournalWriter> {
  const stream = journalStream(partition);
  const before = (await bus.jsm.streams.info(stream)).state.last_seq;
  const epoch = ((await lastFence(bus, partition))?.epoch ?? 0) + 1;
  const fenceSeq = await publishAcknowledged(bus, subjects.fence(partition), encodeFence({ epoch, owner }), {
    messageId: `${partition}.fence.${epoch}.${owner}`,
    expectLastSequence: before,
    patience: PATIENCE,
  });
  return new Writer(bus, partition, epoch, fenceSeq);
}

/** Read by the stream's leader (STREAM.MSG.GET): replicas may be behind. */
export async function lastFence(bus: Bus, partition: PartitionName): Promise<Fence | null> {
  const message = await bus.jsm.streams.getMessage(journalStream(partition), {
    last_by_subj: subjects.fence(partition),
  });
  return message === null ? null : decodeFence(message.data, `${journalStream(partition)} ${message.seq}`);
}

/** The last complete snapshot's, read by the stream's leader; null when there is none. */
export async function lastManifest(bus: Bus, partition: PartitionName): Promise<Manifest | null> {
  const stream = journalStream(partition);
  const message = await bus.jsm.streams.getMessage(stream, { last_by_subj: subjects.manifest(partition) });
  return message === null ? null : decodeManifest(message.data, `${stream} ${message.seq}`);
}

class Writer implements JournalWriter {
  readonly epoch: number;
  readonly fenceSeq: number;
  lastSeq: number;
  bytes = 0;
  readonly #bus: Bus;
  readonly #partition: PartitionName;
  #count = 0;

  constructor(bus: Bus, partition: PartitionName, epoch: number, fenceSeq: number) {
    this.#bus = bus;
    this.#partition = partition;
    this.epoch = epoch;
    this.fenceSeq = fenceSeq;
    this.lastSeq = fenceSeq;
  }

  async append(commit: Commit): Promise<number> {
    for (const message of encodeCommit(commit, this.#bus.maxPayload - ENVELOPE)) {
      await this.#publish(subjects.commit(this.#partition), message);
    }
    return this.lastSeq;
  }

  async writeManifest(manifest: Manifest): Promise<void> {
    await this.#publish(subjects.manifest(this.#partition), encodeManifest(manifest));
  }

  async #publish(subject: string, message: Buffer): Promise<void> {
    this.lastSeq = await publishAcknowledged(this.#bus, subject, message, {
      messageId: `${this.#partition}.${this.fenceSeq}.${this.#count++}`,
      expectLastSequence: this.lastSeq,
      patience: PATIENCE,
    });
    this.bytes += message.length;
  }
}
