/**
 * Who is alive and who holds what. Every worker rewrites one record twice a second: its beat and the partitions that it
 * holds. Nobody compares wall clocks: an observer times the *changes* of a record with its own monotonic clock. As often it asks the
 * others whether they are connected (presence.ts): for one whose process has ended nobody waits until its record runs out.
 *
 * The records are advice. What decides is the fence in a partition's journal (journal-writer.ts).
 */

import type { KV } from '@nats-io/kv';
import type { Msg } from '@nats-io/nats-core';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { within } from '../telemetry/within.ts';
import { bucketKeys } from './bucket-keys.ts';
import type { Bus } from './connection.ts';
import { ObservedWorkers, type WorkerRecord, type WorkerView } from './observed-workers.ts';
import type { PartitionName } from './partition.ts';
import { answerPresence, askPresence, type Presence } from './presence.ts';
import { WORKERS_BUCKET } from './subjects.ts';

/** How often a record is rewritten, and for how long an unchanged one counts as alive. Milliseconds. */
export const RENEW_EVERY = 500;
export const LEASE_TIME = 3000;
const DEAD_AFTER = 60_000;
/** Looks in a row at which nobody answers for a worker that is gone: one may fall between two connections of it. */
const MISSED_LOOKS = 2;
/** When NATS itself was gone, all come back within that time, one after the other. Milliseconds. */
const ALL_ARE_BACK = 2000;

export interface Membership {
  readonly id: string;
  /** The workers that count as alive now, this one included. */
  alive(): WorkerView[];
  /** True while this worker's own record was confirmed within LEASE_TIME and the connection stands: only then may it send. */
  valid(): boolean;
  /** Publishes at once what this worker holds from now on, and whether it wants to be given more. */
  announce(holds: ReadonlyMap<PartitionName, number>, leaving: boolean): void;
  /** Takes the record back, so that the others need not wait for it to run out. */
  leave(): Promise<void>;
  /** Calls back whenever another worker appeared, changed what it holds, or leaves. */
  onChange(listener: () => void): void;
}

/** `deadAfter`: milliseconds of the server's clock after which a record that was not rewritten is removed. */
export async function joinWorkers(
  bus: Bus,
  id: string,
  clock: Clock,
  log: Log,
  deadAfter = DEAD_AFTER,
): Promise<Membership> {
  const kv = await bus.kvm.open(WORKERS_BUCKET);
  // Answers before anybody can know of it.
  const workers = new Workers(bus, kv, id, clock, log, answerPresence(bus, id));
  try {
    await removeDead(bus, kv, id, deadAfter);
    await workers.start();
  } catch (error) {
    await workers.leave();
    throw error;
  }
  return workers;
}

/**
 * Workers that died leave their record behind, those that left a marker, each under a name of its own: somebody has to clear
 * up, or whoever joins waits for the dead and the bucket is full one day. A worker that was only asleep puts its record again.
 */
async function removeDead(bus: Bus, kv: KV, id: string, deadAfter: number): Promise<void> {
  await kv.put(id, JSON.stringify({ beat: 0, leaving: false, holds: [] } satisfies WorkerRecord));
  const entries = await Promise.all((await bucketKeys(bus, WORKERS_BUCKET)).map((key) => kv.get(key)));
  const now = entries.find((entry) => entry?.key === id)?.created.getTime() ?? 0;
  for (const entry of entries) {
    if (entry === null || entry.key === id || now - entry.created.getTime() < deadAfter) continue;
    await bus.jsm.streams.purge(`KV_${WORKERS_BUCKET}`, { filter: `$KV.${WORKERS_BUCKET}.${entry.key}` });
  }
}

/** Forgets every worker. Only for the process that owns the NATS server itself, before it joins. */
export async function forgetWorkers(bus: Bus): Promise<void> {
  await bus.jsm.streams.purge(`KV_${WORKERS_BUCKET}`);
}

class Workers implements Membership {
  readonly id: string;
  readonly #bus: Bus;
  readonly #kv: KV;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #others: ObservedWorkers;
  readonly #presence: Presence;
  readonly #listeners: (() => void)[] = [];
  #holds: readonly (readonly [PartitionName, number])[] = [];
  #leaving = false;
  #gone = false;
  #beat = 0;
  #confirmedAt: number;
  #lookedAt: number;
  /** Monotonic time of the last return of the connection. */
  #backSince = Number.NEGATIVE_INFINITY;
  /** Others can ask it whether it is there. */
  #answers = false;
  #cancelRenewal = () => {};
  #stopWatch = () => {};
  #forgetConnection = () => {};

  constructor(bus: Bus, kv: KV, id: string, clock: Clock, log: Log, presence: Presence) {
    this.#bus = bus;
    this.#kv = kv;
    this.id = id;
    this.#clock = clock;
    this.#log = log;
    this.#others = new ObservedWorkers(clock);
    this.#presence = presence;
    this.#confirmedAt = this.#lookedAt = clock.monotonic();
  }

  async start(): Promise<void> {
    this.#forgetConnection = this.#bus.onChange(() => this.#connectionChanged());
    this.#answers = (await askPresence(this.#bus, this.id)) === 'presence.answered';
    this.#follow();
    await this.#readPresent();
    await this.#renew();
  }

  alive(): WorkerView[] {
    const now = this.#clock.monotonic();
    // Asked twice a second; a long gap means that this process itself stood still and has seen nobody's changes.
    if (now - this.#lookedAt > LEASE_TIME / 2) this.#others.restart();
    this.#lookedAt = now;
    const own: WorkerView = { id: this.id, leaving: this.#leaving, holds: new Map(this.#holds) };
    return [own, ...this.#others.alive(LEASE_TIME)];
  }

  valid(): boolean {
    return this.#bus.connected() && this.#clock.monotonic() - this.#confirmedAt < LEASE_TIME;
  }

  announce(holds: ReadonlyMap<PartitionName, number>, leaving: boolean): void {
    this.#holds = [...holds];
    this.#leaving = leaving;
    void this.#put();
  }

  async leave(): Promise<void> {
    this.#cancelRenewal();
    this.#forgetConnection();
    this.#gone = true;
    try {
      if (this.#bus.connected()) await this.#takeBack();
    } catch (error) {
      this.#log.warn(
        { event: 'lease.leave-failed', error },
        'could not take the worker record back; it runs out by itself',
      );
    }
    this.#stopWatch();
    this.#presence.end();
  }

  /** Waits no longer than the record lives: a NATS that hangs would take most of the time that there is for stopping. */
  async #takeBack(): Promise<void> {
    if (await within(this.#clock, LEASE_TIME, this.#kv.delete(this.id))) return;
    throw new Error(`NATS has not answered within ${LEASE_TIME} ms`);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Whoever has a record counts as alive until it was seen not to change for LEASE_TIME. */
  async #readPresent(): Promise<void> {
    for (const key of await bucketKeys(this.#bus, WORKERS_BUCKET)) {
      const entry = await this.#kv.get(key);
      if (entry === null || entry.operation !== 'PUT' || key === this.id) continue;
      this.#others.observe(key, entry.json<WorkerRecord>());
    }
  }

  async #renew(): Promise<void> {
    for (const id of this.#others.askable()) void this.#ask(id);
    await this.#put();
    if (this.#gone) return;
    this.#cancelRenewal = this.#clock.after(RENEW_EVERY, () => void this.#renew());
  }

  async #put(): Promise<void> {
    const asked = this.#clock.monotonic();
    const answers = this.#answers ? { answers: true as const } : {};
    const record: WorkerRecord = { beat: ++this.#beat, leaving: this.#leaving, holds: this.#holds, ...answers };
    try {
      await this.#kv.put(this.id, JSON.stringify(record), { timeout: RENEW_EVERY * 2 });
      // Counted from when it was asked for: observers may have seen it that early.
      this.#confirmedAt = Math.max(this.#confirmedAt, asked);
    } catch (error) {
      this.#log.debug({ event: 'lease.renewal-failed', error }, 'worker record not renewed');
    }
  }

  /**
   * What is put into the bucket passes by as plain messages; a consumer of it would be one more thing that can be lost, and
   * whoever sees nobody takes everything.
   */
  #follow(): void {
    const subscription = this.#bus.nc.subscribe(`$KV.${WORKERS_BUCKET}.>`);
    this.#stopWatch = () => subscription.unsubscribe();
    void this.#observeAll(subscription);
  }

  async #observeAll(messages: AsyncIterable<Msg>): Promise<void> {
    for await (const message of messages) {
      const id = message.subject.slice(`$KV.${WORKERS_BUCKET}.`.length);
      if (id === this.id) continue;
      if (message.headers?.get('KV-Operation')) this.#forget(id);
      else this.#hear(id, message);
    }
  }

  #forget(id: string): void {
    if (this.#others.forget(id)) this.#notify();
  }

  #hear(id: string, message: Msg): void {
    try {
      if (this.#others.observe(id, message.json<WorkerRecord>())) this.#notify();
    } catch (error) {
      this.#log.warn({ event: 'lease.unreadable', id, error }, 'a worker record could not be read');
    }
  }

  /** Whoever was only away is seen again with its next beat, and finds out by the fences what it has lost. */
  async #ask(id: string): Promise<void> {
    const isThere = (await askPresence(this.#bus, id)) !== 'presence.nobody';
    const isJudged = this.#clock.monotonic() - this.#backSince > ALL_ARE_BACK;
    if (this.#others.answered(id, isThere || !isJudged) < MISSED_LOOKS) return;
    this.#log.info({ event: 'lease.nobody-answers', worker: id }, 'a worker has lost its connection or has ended');
    this.#forget(id);
  }

  #connectionChanged(): void {
    this.#backSince = this.#clock.monotonic();
    this.#others.restart();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
