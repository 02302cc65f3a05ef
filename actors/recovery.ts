/**
 * Rebuilding a partition: the last snapshot, then the journal behind it up to our own fence. Events are applied, never
 * decided again.
 */

import type { EntityKindName } from '../alert/entity-address.ts';
import type { Policy } from '../alert/policy.ts';
import type { Bus } from '../bus/connection.ts';
import type { Effect, JournalEvent, Marks } from '../bus/journal.ts';
import { readJournal } from '../bus/journal-reader.ts';
import { lastManifest } from '../bus/journal-writer.ts';
import type { PartitionName } from '../bus/partition.ts';
import { openSnapshots, SnapshotUnreadable } from '../bus/snapshot-store.ts';
import { journalStream } from '../bus/subjects.ts';
import { Entities } from './entities.ts';
import type { AnyEntityKind } from './entity.ts';
import { CHUNKS, stateOf } from './slot.ts';

export interface Recovered {
  readonly entities: Entities;
  readonly cursor: number;
  readonly marks: Marks;
  /** Effects of commits up to this journal sequence are known to be published. */
  readonly published: number;
  /** Journal sequence of the last commit, 0 when there is none. */
  readonly lastCommit: number;
  /** The commits behind that, in order, whose effects may not have been published. */
  readonly unpublished: readonly { readonly seq: number; readonly effects: readonly Effect[] }[];
  /** Journal sequence that the last complete snapshot starts to replay from; 0 without one. */
  readonly snapshotSeq: number;
  /** Chunk → its name in the snapshot store. */
  readonly snapshotChunks: ReadonlyMap<number, string>;
  readonly replayed: number;
}

export type Kinds = Readonly<Record<EntityKindName, AnyEntityKind>>;

/** Nobody has an actor before the first turn. */
const NO_ACTORS = { giveBack: () => undefined };

/** `until`: the sequence of our fence. Throws SnapshotUnreadable, JournalUnreadable. */
export async function recover(
  bus: Bus,
  partition: PartitionName,
  kinds: Kinds,
  policy: () => Policy,
  until: number,
): Promise<Recovered> {
  const entities = new Entities(policy);
  const base = await loadSnapshot(bus, partition, kinds, entities);
  let { cursor, marks, published } = base;
  const recent: { seq: number; effects: readonly Effect[] }[] = [];
  let replayed = 0;
  const from = Math.min(base.replayFrom, base.published) + 1;
  const stop = new AbortController();
  let lastCommit = base.replayFrom;
  for await (const record of readJournal(bus, partition, from, stop.signal)) {
    if (record.kind === 'commit') {
      const { commit, seq } = record;
      checkChain(partition, commit.previous, Math.max(lastCommit, from - 1), seq);
      lastCommit = seq;
      ({ cursor, marks, published } = commit);
      if (commit.effects.length > 0) recent.push({ seq, effects: commit.effects });
      // Only what may not be published: the effects of a whole journal would not fit into memory.
      while (recent.length > 0 && recent[0]!.seq <= published) recent.shift();
      for (const event of commit.events) replayed += replay(event, seq, kinds, entities, base.chunkSeq);
      entities.passivateSurplus(NO_ACTORS);
    }
    if (record.seq >= until) break;
  }
  stop.abort();
  const unpublished = recent.filter(({ seq }) => seq > published);
  return {
    entities,
    cursor,
    marks,
    published,
    lastCommit,
    unpublished,
    snapshotSeq: base.replayFrom,
    snapshotChunks: base.chunks,
    replayed,
  };
}

interface Base {
  readonly replayFrom: number;
  readonly cursor: number;
  readonly marks: Marks;
  readonly published: number;
  readonly chunks: ReadonlyMap<number, string>;
  /** Per chunk: the journal sequence up to which it holds everything. */
  readonly chunkSeq: readonly number[];
}

async function loadSnapshot(bus: Bus, partition: PartitionName, kinds: Kinds, entities: Entities): Promise<Base> {
  const store = await openSnapshots(bus, partition);
  const manifest = await lastManifest(bus, partition);
  if (manifest === null) {
    return {
      replayFrom: 0,
      cursor: 0,
      marks: {},
      published: 0,
      chunks: new Map(),
      chunkSeq: new Array<number>(CHUNKS).fill(0),
    };
  }
  const chunkSeq = new Array<number>(CHUNKS).fill(manifest.replayFrom);
  const chunks = new Map<number, string>();
  const read = await Promise.all(manifest.chunks.map(async (name) => [name, await store.read(name)] as const));
  for (const [name, chunk] of read) {
    chunks.set(chunk.id, name);
    chunkSeq[chunk.id] = chunk.seq;
    for (const [kindName, key, packed] of chunk.entities) {
      const kind = kinds[kindName as keyof Kinds];
      const slot = entities.slot(kind, key);
      slot.state = kind.unpack(packed);
      entities.changed(slot);
      entities.used(slot);
    }
    entities.passivateSurplus(NO_ACTORS);
  }
  // What was just loaded needs no new snapshot.
  entities.allClean();
  return { ...manifest, chunks, chunkSeq };
}

/** A journal that lacks what the snapshot does not hold has lost state: never go on as if nothing had been there. */
function checkChain(partition: PartitionName, previous: number, reached: number, seq: number): void {
  if (previous <= reached) return;
  throw new SnapshotUnreadable(
    `${journalStream(partition)}: the commit at ${seq} follows one at ${previous}, which is gone; the snapshot and the journal reach ${reached}. Restore the snapshot bucket or the stream.`,
  );
}

/** 1 when the event changed an entity here. */
function replay(
  event: JournalEvent,
  seq: number,
  kinds: Kinds,
  entities: Entities,
  chunkSeq: readonly number[],
): number {
  const kind = kindOf(event, kinds);
  if (kind === null) return 0;
  const slot = entities.slot(kind, event.key);
  if (seq <= chunkSeq[slot.chunk]!) return 0;
  slot.state = kind.evolve(stateOf(slot), event);
  entities.changed(slot);
  entities.used(slot);
  if (slot.state === null) entities.remove(slot);
  return 1;
}

export function kindOf(event: JournalEvent, kinds: Kinds): AnyEntityKind | null {
  switch (event.type.slice(0, event.type.indexOf('.'))) {
    case 'alert':
    case 'command':
      return kinds.alert;
    case 'group':
      return kinds.group;
    case 'holds':
    case 'silence':
      return kinds.holds;
    case 'promotion':
      return kinds.promotion;
    case 'correlation':
    case 'incident':
    case 'storm':
      return kinds.correlator;
    case 'delivery':
      return kinds.channel;
    default:
      // input.*: dead letters and replays change no entity.
      return null;
  }
}
