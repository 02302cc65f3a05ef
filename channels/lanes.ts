/**
 * The index over a channel's deliveries: one lane per group, in which they wait in order, and two heaps of lanes.
 *
 *   idle lane     its first delivery is under way: in no heap
 *   ready lane    its first delivery may start: ordered by priority, then age
 *   waiting lane  its first delivery waits for a retry: ordered by when
 *
 * The index is no state: it is made from the state when it is missing (a recovery), and kept beside it.
 */

import { PRIORITIES } from '../alert/alert.ts';
import type { Delivery } from './channel-state.ts';
import { IndexedHeap } from './indexed-heap.ts';

interface Lane {
  readonly groupId: string;
  readonly queue: Delivery[];
  place: number;
}

export class Lanes {
  readonly #byId = new Map<string, Delivery>();
  readonly #byGroup = new Map<string, Lane>();
  readonly #ready = new IndexedHeap<Lane>(isMoreUrgent);
  readonly #waiting = new IndexedHeap<Lane>((a, b) => head(a).notBefore < head(b).notBefore);
  readonly #attempting = new Set<Delivery>();

  constructor(deliveries: readonly Delivery[]) {
    for (const delivery of deliveries.toSorted((a, b) => a.order - b.order)) this.add(delivery);
  }

  find(notificationId: string): Delivery | undefined {
    return this.#byId.get(notificationId);
  }

  get attempting(): ReadonlySet<Delivery> {
    return this.#attempting;
  }

  add(delivery: Delivery): void {
    const { id, groupId } = delivery.notification;
    this.#byId.set(id, delivery);
    if (delivery.attempting) this.#attempting.add(delivery);
    const lane = this.#byGroup.get(groupId);
    if (lane !== undefined) {
      lane.queue.push(delivery);
      return;
    }
    const opened = { groupId, queue: [delivery], place: -1 };
    this.#byGroup.set(groupId, opened);
    this.#arrange(opened);
  }

  /** To be called after `attempting` or `notBefore` of a delivery changed. */
  changed(delivery: Delivery): void {
    if (delivery.attempting) this.#attempting.add(delivery);
    else this.#attempting.delete(delivery);
    const lane = this.#byGroup.get(delivery.notification.groupId)!;
    if (head(lane) === delivery) this.#arrange(lane);
  }

  remove(delivery: Delivery): void {
    const { id, groupId } = delivery.notification;
    this.#byId.delete(id);
    this.#attempting.delete(delivery);
    const lane = this.#byGroup.get(groupId)!;
    this.#takeOut(lane);
    if (head(lane) === delivery) lane.queue.shift();
    else lane.queue.splice(lane.queue.indexOf(delivery), 1);
    if (lane.queue.length === 0) this.#byGroup.delete(groupId);
    else this.#arrange(lane);
  }

  /**
   * The deliveries to start next. Lanes whose time has come move to the ready heap here; that is bookkeeping only, since
   * the heaps follow from the deliveries and the time.
   */
  next(count: number, now: number): Delivery[] {
    for (
      let lane = this.#waiting.first;
      lane !== undefined && head(lane).notBefore <= now;
      lane = this.#waiting.first
    ) {
      this.#waiting.remove(lane);
      this.#ready.add(lane);
    }
    return this.#ready.peek(count).map(head);
  }

  /** The oldest that are not under way. */
  queued(count: number): Delivery[] {
    const found: Delivery[] = [];
    for (const delivery of this.#byId.values()) {
      if (found.length >= count) break;
      if (!delivery.attempting) found.push(delivery);
    }
    return found;
  }

  /** When something may start, if there is room; in the past where it may start now. */
  dueAt(): number | null {
    const lane = this.#ready.first ?? this.#waiting.first;
    return lane === undefined ? null : head(lane).notBefore;
  }

  #takeOut(lane: Lane): void {
    if (lane.place < 0) return;
    (this.#ready.has(lane) ? this.#ready : this.#waiting).remove(lane);
  }

  #arrange(lane: Lane): void {
    this.#takeOut(lane);
    const first = head(lane);
    if (first.attempting) return;
    (first.notBefore === 0 ? this.#ready : this.#waiting).add(lane);
  }
}

function head(lane: Lane): Delivery {
  return lane.queue[0]!;
}

function isMoreUrgent(a: Lane, b: Lane): boolean {
  const x = head(a);
  const y = head(b);
  const urgency = PRIORITIES.indexOf(x.notification.priority) - PRIORITIES.indexOf(y.notification.priority);
  return urgency === 0 ? x.order < y.order : urgency < 0;
}
