/**
 * The index over a channel's deliveries: one lane per group and recipient, in which they wait in order, and two heaps of lanes.
 *
 *   idle lane     its first delivery is under way: in no heap
 *   ready lane    its first delivery may start: ordered by priority, then age
 *   waiting lane  its first delivery waits for a retry: ordered by when
 *
 * The index is no state: it is made from the state when it is missing (a recovery), and kept beside it.
 */

import { PRIORITIES, type Priority } from '../alert/alert.ts';
import type { Delivery } from './channel-state.ts';
import { IndexedHeap } from './indexed-heap.ts';
import { recipientName } from './recipients.ts';

interface Lane {
  /** See laneKey. */
  readonly key: string;
  readonly queue: Delivery[];
  place: number;
}

export class Lanes {
  readonly #byId = new Map<string, Delivery>();
  readonly #byKey = new Map<string, Lane>();
  readonly #byRecipient = new Map<string, Set<Delivery>>();
  readonly #ready = new IndexedHeap<Lane>(isMoreUrgent);
  readonly #waiting = new IndexedHeap<Lane>((a, b) => head(a).notBefore < head(b).notBefore);
  readonly #attempting = new Set<Delivery>();
  /** By the index of their priority. */
  readonly #counts = PRIORITIES.map(() => 0);

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
    const { notification } = delivery;
    this.#byId.set(notification.id, delivery);
    if (delivery.attempting) this.#attempting.add(delivery);
    this.#noteRecipient(delivery);
    this.#counts[PRIORITIES.indexOf(notification.priority)]!++;
    const key = laneKey(notification);
    const lane = this.#byKey.get(key);
    if (lane !== undefined) {
      lane.queue.push(delivery);
      return;
    }
    const opened = { key, queue: [delivery], place: -1 };
    this.#byKey.set(key, opened);
    this.#arrange(opened);
  }

  /** To be called after `attempting` or `notBefore` of a delivery changed. */
  changed(delivery: Delivery): void {
    if (delivery.attempting) this.#attempting.add(delivery);
    else this.#attempting.delete(delivery);
    const lane = this.#byKey.get(laneKey(delivery.notification))!;
    if (head(lane) === delivery) this.#arrange(lane);
  }

  remove(delivery: Delivery): void {
    this.#byId.delete(delivery.notification.id);
    this.#attempting.delete(delivery);
    this.#forgetRecipient(delivery);
    this.#counts[PRIORITIES.indexOf(delivery.notification.priority)]!--;
    const lane = this.#byKey.get(laneKey(delivery.notification))!;
    this.#takeOut(lane);
    if (head(lane) === delivery) lane.queue.shift();
    else lane.queue.splice(lane.queue.indexOf(delivery), 1);
    if (lane.queue.length === 0) this.#byKey.delete(lane.key);
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

  /** The most urgent that may start now; undefined: none may. Call after `next`. */
  get first(): Delivery | undefined {
    const lane = this.#ready.first;
    return lane === undefined ? undefined : head(lane);
  }

  /** How many there are of this priority and of more urgent ones, under way or not. */
  countUpTo(priority: Priority): number {
    let count = 0;
    for (let i = PRIORITIES.indexOf(priority); i >= 0; i--) count += this.#counts[i]!;
    return count;
  }

  /** All for one recipient, oldest first, also those under way. */
  of(recipient: string): Iterable<Delivery> & { readonly size: number } {
    return this.#byRecipient.get(recipient) ?? NONE;
  }

  /** Whether one of its lane is under way. */
  isBehind(delivery: Delivery): boolean {
    return head(this.#byKey.get(laneKey(delivery.notification))!).attempting;
  }

  #noteRecipient(delivery: Delivery): void {
    const name = recipientName(delivery.notification);
    const known = this.#byRecipient.get(name);
    if (known === undefined) this.#byRecipient.set(name, new Set([delivery]));
    else known.add(delivery);
  }

  #forgetRecipient(delivery: Delivery): void {
    const name = recipientName(delivery.notification);
    const known = this.#byRecipient.get(name)!;
    known.delete(delivery);
    if (known.size === 0) this.#byRecipient.delete(name);
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

const NONE: ReadonlySet<Delivery> = new Set();

/** The same recipient hears of the same group in order; nobody waits for another's. */
function laneKey(notification: Delivery['notification']): string {
  const recipient = recipientName(notification);
  return recipient === '' ? notification.groupId : `${notification.groupId}\n${recipient}`;
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
