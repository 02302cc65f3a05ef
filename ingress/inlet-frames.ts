/**
 * The frames that one message of the inbound stream becomes. They are stamped like the effects of a partition: with the
 * message's sequence and their first entry's index, so that a partition drops what it has had before however often, and
 * however late, a message is gone over again.
 */

import { addressOf } from '../alert/entity-address.ts';
import type { Entry, UnreadableEntry } from '../alert/entry.ts';
import { encodeFrame } from '../bus/frame.ts';
import { type PartitionCount, type PartitionName, partitionOf } from '../bus/partition.ts';

export interface InletFrame {
  readonly partition: PartitionName;
  /** Index of its first entry among those of the message for this partition. */
  readonly first: number;
  readonly data: Buffer;
}

export interface FrameLimits {
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
}

/** `origin`: names the inbound stream. One frame at least, unless there are no entries. */
export function framesOf(
  entries: readonly Entry[],
  count: PartitionCount,
  origin: string,
  sequence: number,
  { maxFrameBytes }: FrameLimits,
): InletFrame[] {
  const frames: InletFrame[] = [];
  const cut = (partition: PartitionName, list: readonly Entry[], first: number) => {
    const data = encodeFrame({ stamp: { origin, sequence, first }, entries: list });
    if (data.length <= maxFrameBytes || list.length === 1) {
      frames.push({ partition, first, data });
      return;
    }
    const half = list.length >> 1;
    cut(partition, list.slice(0, half), first);
    cut(partition, list.slice(half), first + half);
  };
  const byPartition = Map.groupBy(entries, (entry) => partitionOf(addressOf(entry), count));
  for (const [partition, list] of byPartition) cut(partition, list, 0);
  return frames;
}

/** What an entry needs besides its `raw`: names, its frame, and a problem of the longest kind that is kept. */
const BESIDE_RAW = 8 * 1024;
const LONGEST_PROBLEM = 2000;

/** A letter too large for a message, as letters that are not: each has a piece, and together they have everything. */
export function inPieces(letter: UnreadableEntry, { maxFrameBytes }: FrameLimits): UnreadableEntry[] {
  // Base64: four characters for three bytes.
  const room = Math.floor((maxFrameBytes - BESIDE_RAW) / 4) * 4;
  const count = Math.ceil(letter.raw.length / room);
  return Array.from({ length: count }, (_, i) => ({
    ...letter,
    id: `${letter.id}.${i + 1}`,
    problem: `piece ${i + 1} of ${count}: ${letter.problem.slice(0, LONGEST_PROBLEM)}`,
    raw: letter.raw.slice(i * room, (i + 1) * room),
  }));
}
