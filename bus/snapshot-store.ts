/**
 * Snapshot chunks of one partition in the object store. A chunk is never written over: its name holds the owner's epoch and the
 * commit that it was taken at, so an owner that stood still and wakes up cannot harm what its successor wrote. Which chunks
 * make up the snapshot stands in the manifest, and that stands in the journal (journal-writer.ts), behind the fence.
 */

import type { Bus } from './connection.ts';
import { pack, unpack } from './pack.ts';
import type { PartitionName } from './partition.ts';
import { SNAPSHOT_BUCKET } from './subjects.ts';

const VERSION = 2;
/** Without lists of fields (listed-alert.ts). */
const BEFORE = 1;
const STREAM = `OBJ_${SNAPSHOT_BUCKET}`;
const MARKERS = `$O.${SNAPSHOT_BUCKET}.M.`;

export interface Chunk {
  readonly id: number;
  /** Journal sequence of the commit up to which it holds everything. */
  readonly seq: number;
  /** [kind, key, packed state] of each entity. */
  readonly entities: readonly (readonly [kind: string, key: string, state: unknown])[];
}

export class SnapshotUnreadable extends Error {
  readonly code = 'snapshot.unreadable';
}

export interface SnapshotStore {
  /** Throws SnapshotUnreadable when it is missing or damaged. */
  read(name: string): Promise<Chunk>;
  /** The name that it can be read by. */
  write(chunk: Chunk, epoch: number): Promise<string>;
  /** Names of chunks of owners up to `epoch` that are not in `used`: a crash in the middle of a snapshot leaves such. */
  leftBehind(epoch: number, used: ReadonlySet<string>): Promise<string[]>;
  /** Leaves no trace: an object store otherwise keeps a marker for every name that it ever had. */
  remove(name: string): Promise<void>;
}

export async function openSnapshots(bus: Bus, partition: PartitionName): Promise<SnapshotStore> {
  const store = await bus.objm.open(SNAPSHOT_BUCKET);
  return {
    async read(name) {
      const blob = await store.getBlob(name);
      if (blob === null) throw new SnapshotUnreadable(`snapshot chunk ${name} is missing`);
      if (blob[0] !== VERSION && blob[0] !== BEFORE) {
        const known = `${BEFORE} and ${VERSION}`;
        throw new SnapshotUnreadable(`snapshot chunk ${name}: version ${blob[0]}, this Herald reads ${known}`);
      }
      try {
        return unpack(blob.subarray(1)) as Chunk;
      } catch (cause) {
        throw new SnapshotUnreadable(`snapshot chunk ${name}: ${blob.length} bytes are not msgpack`, { cause });
      }
    },
    async write(chunk, epoch) {
      const name = `${partition}.${epoch}.${chunk.id}.${chunk.seq}`;
      const blob = pack(chunk, 1);
      blob[0] = VERSION;
      await store.putBlob({ name }, blob);
      return name;
    },
    async leftBehind(epoch, used) {
      // Not by the client's list(): its consumer waits for the last name that it was promised, and for ever where that goes
      // meanwhile. Owners of several partitions take away and list at the same time.
      const { state } = await bus.jsm.streams.info(STREAM, { subjects_filter: `${MARKERS}>` });
      return Object.keys(state.subjects ?? {})
        .map(nameOf)
        .filter((name) => {
          const [owner, written] = name.split('.');
          return owner === partition && Number(written) <= epoch && !used.has(name);
        });
    },
    async remove(name) {
      await store.delete(name);
      await bus.jsm.streams.purge(STREAM, { filter: markerOf(name) });
    },
  };
}

/** The client's object store keeps what it says of an object under the name of it, in base64url with its padding. */
function markerOf(name: string): string {
  return MARKERS + Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function nameOf(marker: string): string {
  return Buffer.from(marker.slice(MARKERS.length), 'base64url').toString();
}
