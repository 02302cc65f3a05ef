/**
 * Snapshots of one partition in the object store: a manifest and chunks. Every chunk carries the journal sequence at which it
 * was taken, so chunks of different ages fit together: recovery replays from the oldest and skips, per chunk, what it holds.
 */

import { Packr, Unpackr } from 'msgpackr';
import type { Bus } from './connection.ts';
import type { Marks } from './journal.ts';
import type { PartitionName } from './partition.ts';
import { SNAPSHOT_BUCKET } from './subjects.ts';

const VERSION = 1;

export interface Manifest {
  /** Sequence of the last commit when the round began: replay starts behind it. */
  readonly replayFrom: number;
  /** As of `replayFrom`. */
  readonly cursor: number;
  readonly marks: Marks;
  readonly published: number;
  /** Ids of the chunks that hold something. */
  readonly chunks: readonly number[];
}

export interface Chunk {
  readonly id: number;
  /** Journal sequence up to which it holds everything. */
  readonly seq: number;
  /** [kind, key, packed state] of each entity. */
  readonly entities: readonly (readonly [kind: string, key: string, state: unknown])[];
}

export class SnapshotUnreadable extends Error {
  readonly code = 'snapshot.unreadable';
}

export interface SnapshotStore {
  readManifest(): Promise<Manifest | null>;
  /** Throws SnapshotUnreadable when it is missing or damaged. */
  readChunk(id: number): Promise<Chunk>;
  writeChunk(chunk: Chunk): Promise<void>;
  writeManifest(manifest: Manifest): Promise<void>;
}

const packr = new Packr({ useRecords: true, encodeUndefinedAsNil: true });
const unpackr = new Unpackr({ useRecords: true });

export async function openSnapshots(bus: Bus, partition: PartitionName): Promise<SnapshotStore> {
  const store = await bus.objm.open(SNAPSHOT_BUCKET);
  const read = async (name: string): Promise<unknown> => {
    const blob = await store.getBlob(name);
    if (blob === null) return null;
    if (blob[0] !== VERSION)
      throw new SnapshotUnreadable(`snapshot ${name}: version ${blob[0]}, this Herald reads ${VERSION}`);
    try {
      return unpackr.unpack(blob.subarray(1));
    } catch (cause) {
      throw new SnapshotUnreadable(`snapshot ${name}: ${blob.length} bytes are not msgpack`, { cause });
    }
  };
  const write = async (name: string, value: unknown): Promise<void> => {
    await store.putBlob({ name }, Buffer.concat([Buffer.of(VERSION), packr.pack(value)]));
  };
  return {
    readManifest: async () => (await read(`${partition}.manifest`)) as Manifest | null,
    async readChunk(id) {
      const chunk = (await read(`${partition}.chunk.${id}`)) as Chunk | null;
      if (chunk === null) throw new SnapshotUnreadable(`snapshot ${partition}.chunk.${id} is missing`);
      return chunk;
    },
    writeChunk: (chunk) => write(`${partition}.chunk.${chunk.id}`, chunk),
    writeManifest: (manifest) => write(`${partition}.manifest`, manifest),
  };
}
