/** The entities of one partition: found by key, woken when they are due, put to sleep when idle, packed by snapshot chunk. */

import type { Policy } from '../alert/policy.ts';
import type { AnyEntityKind } from './entity.ts';
import { CHUNKS, chunkOf, emptySlot, type Lender, packedState, putToSleep, type Slot, stateOf } from './slot.ts';
import { Timers } from './timers.ts';

export class Entities {
  /** By chunk, kind and key. */
  readonly #chunks: Map<string, Map<string, Slot>>[] = Array.from({ length: CHUNKS }, () => new Map());
  readonly #timers = new Timers<Slot>();
  readonly #dirty = new Set<number>();
  /** Awake slots of kinds that are many, the one that had no turn for longest first. */
  readonly #awake = new Set<Slot>();
  readonly #policy: () => Policy;
  readonly #counts = new Map<string, number>();
  #size = 0;

  /** `policy`: the one to compute due times with. */
  constructor(policy: () => Policy) {
    this.#policy = policy;
  }

  get size(): number {
    return this.#size;
  }

  /** The slot of an entity, made when there is none; its state may be null then. */
  slot(kind: AnyEntityKind, key: string): Slot {
    const chunk = chunkOf(kind, key);
    const slots = this.#slotsOf(chunk, kind);
    const present = slots.get(key);
    if (present !== undefined) return present;
    const slot = emptySlot(kind, key, chunk);
    slots.set(key, slot);
    this.#size++;
    return slot;
  }

  /** The state of an entity for another one to look at; null when there is none. What is looked at stays awake. */
  read(kind: AnyEntityKind, key: string): unknown {
    const slot = this.#slotsOf(chunkOf(kind, key), kind).get(key);
    if (slot === undefined) return null;
    slot.wasRead = true;
    return stateOf(slot);
  }

  #slotsOf(chunk: number, { kind }: AnyEntityKind): Map<string, Slot> {
    const kinds = this.#chunks[chunk]!;
    const present = kinds.get(kind);
    if (present !== undefined) return present;
    const slots = new Map<string, Slot>();
    kinds.set(kind, slots);
    return slots;
  }

  /** How many there are now of each class (entity.ts). */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  #count(slot: Slot): void {
    const after = slot.state === null ? null : (slot.kind.classOf?.(slot.state) ?? null);
    const before = slot.countedAs;
    if (after === before) return;
    if (before !== null) this.#counts.set(before, this.#counts.get(before)! - 1);
    if (after !== null) this.#counts.set(after, (this.#counts.get(after) ?? 0) + 1);
    slot.countedAs = after;
  }

  /** After a turn or a replayed event: arms its timer, marks its chunk, forgets it when it has ended. */
  changed(slot: Slot): void {
    this.#dirty.add(slot.chunk);
    this.#count(slot);
    if (slot.state === null) return;
    const due = this.#dueAt(slot);
    if (due === null || due >= slot.armedAt) return;
    slot.armedAt = due;
    this.#timers.arm(due, slot);
  }

  #dueAt(slot: Slot): number | null {
    const state = stateOf(slot);
    const due = state === null ? null : slot.kind.dueAt(state, this.#policy(), slot.key);
    return due === null ? null : Math.max(due, slot.heldUntil, slot.quietUntil);
  }

  /** Takes a slot out whose entity has ended. Its actor must have been given back. */
  remove(slot: Slot): void {
    const slots = this.#slotsOf(slot.chunk, slot.kind);
    // A slot that ended may still stand in the heap while the same entity lives again in another slot.
    if (slots.get(slot.key) !== slot) return;
    slots.delete(slot.key);
    this.#awake.delete(slot);
    this.#size--;
  }

  nextDue(): number | null {
    return this.#timers.next();
  }

  /** At most so many slots whose time has come, earliest first; those whose due time has moved since are armed again instead. */
  takeDue(now: number, most: number): Slot[] {
    const due: Slot[] = [];
    for (const slot of this.#timers.due(now)) {
      slot.armedAt = Number.POSITIVE_INFINITY;
      const at = this.#dueAt(slot);
      if (at === null) continue;
      if (at <= now) {
        due.push(slot);
        if (due.length >= most) break;
      } else if (at < slot.armedAt) {
        slot.armedAt = at;
        this.#timers.arm(at, slot);
      }
    }
    return due;
  }

  /** To be told of every use: kinds that are many keep only those awake that were used last. */
  used(slot: Slot): void {
    if (slot.kind.mostAwake === undefined) return;
    this.#awake.delete(slot);
    this.#awake.add(slot);
  }

  /** Puts those to sleep that were used longest ago, as many as are awake beyond what their kind allows. Between turns only. */
  passivateSurplus(actors: Lender): void {
    for (const slot of this.#awake) {
      if (this.#awake.size <= slot.kind.mostAwake!) return;
      this.#passivate(slot, actors);
    }
  }

  /** Puts the entities of one chunk to sleep that had no turn since `before` (monotonic). Between turns only. */
  passivate(chunk: number, before: number, actors: Lender): void {
    for (const slots of this.#chunks[chunk]!.values()) {
      for (const slot of slots.values()) {
        if (slot.usedAt < before && !slot.wasRead) this.#passivate(slot, actors);
        slot.wasRead = false;
      }
    }
  }

  #passivate(slot: Slot, actors: Lender): void {
    this.#awake.delete(slot);
    putToSleep(slot, actors);
  }

  /** Chunks that changed since they were last taken by `packChunk`. */
  dirtyChunks(): number[] {
    return [...this.#dirty];
  }

  markDirty(chunk: number): void {
    this.#dirty.add(chunk);
  }

  /** After loading a snapshot: nothing differs from what is stored. */
  allClean(): void {
    this.#dirty.clear();
  }

  packChunk(chunk: number): [kind: string, key: string, state: unknown][] {
    this.#dirty.delete(chunk);
    const packed: [string, string, unknown][] = [];
    for (const slot of this.#slotsIn(chunk)) {
      const state = packedState(slot);
      if (state !== null) packed.push([slot.kind.kind, slot.key, state]);
    }
    return packed;
  }

  /** Of one kind. */
  *all(kind: AnyEntityKind): Generator<Slot> {
    for (const kinds of this.#chunks) yield* kinds.get(kind.kind)?.values() ?? [];
  }

  *#slotsIn(chunk: number): Generator<Slot> {
    for (const slots of this.#chunks[chunk]!.values()) yield* slots.values();
  }
}
