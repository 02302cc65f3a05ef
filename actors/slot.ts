/**
 * Where one entity is kept. It is awake (state as objects, an actor when it has had a turn) or passive (state packed, no actor).
 * Memory is what this is about: a passive alert costs a fraction of an awake one.
 */

import { pack, unpack } from '../bus/pack.ts';
import { fnv1a32 } from '../bus/partition.ts';
import type { ActorRef } from './actor-system.ts';
import type { AnyEntityKind } from './entity.ts';
import type { Turn } from './turn.ts';

/** Of one partition's snapshot. More chunks: less is rewritten when little changed; fewer: less overhead per snapshot. */
export const CHUNKS = 64;

/** Takes actors back (actor-pool.ts). */
export interface Lender {
  giveBack(actor: ActorRef<Turn>): void;
}

export interface Slot {
  readonly kind: AnyEntityKind;
  readonly key: string;
  readonly chunk: number;
  /** null: it does not exist (yet), or it is passive. */
  state: unknown;
  asleep: unknown;
  actor: ActorRef<Turn> | null;
  /** Earliest time in the heap for this slot, so that a later due time need not be pushed again. */
  armedAt: number;
  /** Not settled before then (Unix time in milliseconds): its last decision on its own time threw. */
  heldUntil: number;
  /** As its last decision said (entity.ts). */
  quietUntil: number;
  /** Monotonic time of the last turn. */
  usedAt: number;
  /** Others looked at it since it was last considered for packing. */
  wasRead: boolean;
  /** As what it is counted (entity.ts); null: not at all. */
  countedAs: string | null;
}

export function emptySlot(kind: AnyEntityKind, key: string, chunk: number): Slot {
  return {
    kind,
    key,
    chunk,
    state: null,
    asleep: null,
    actor: null,
    armedAt: Number.POSITIVE_INFINITY,
    heldUntil: 0,
    quietUntil: 0,
    usedAt: 0,
    wasRead: false,
    countedAs: null,
  };
}

/** Awake from then on; null: there is none. */
export function stateOf(slot: Slot): unknown {
  if (slot.asleep !== null) {
    slot.state = slot.kind.unpack(dataOf(slot));
    slot.asleep = null;
  }
  return slot.state;
}

/** Between turns only. */
export function putToSleep(slot: Slot, actors: Lender): void {
  if (slot.actor !== null) actors.giveBack(slot.actor);
  slot.actor = null;
  if (slot.state === null) return;
  const data: unknown = slot.kind.pack(slot.state);
  slot.asleep = isCompact(slot.kind) ? data : pack(data);
  slot.state = null;
}

/** As a snapshot holds it, whether it sleeps or not; null: there is none. */
export function packedState(slot: Slot): unknown {
  if (slot.asleep !== null) return dataOf(slot);
  return slot.state === null ? null : slot.kind.pack(slot.state);
}

/** Kinds that are many pack their states into little by themselves; the others become bytes. */
function isCompact({ mostAwake }: AnyEntityKind): boolean {
  return mostAwake !== undefined;
}

/** What `pack` of its kind made of a sleeping entity. */
function dataOf({ kind, asleep }: Slot): unknown {
  return isCompact(kind) ? asleep : unpack(asleep as Buffer);
}

/** Hash of what stands before the key, by kind: a chunk is found by the hash of `kind key`. */
const seeds = new Map<string, number>();

export function chunkOf({ kind }: AnyEntityKind, key: string): number {
  let seed = seeds.get(kind);
  if (seed === undefined) {
    seed = fnv1a32(`${kind} `);
    seeds.set(kind, seed);
  }
  return fnv1a32(key, seed) % CHUNKS;
}
