/**
 * Who is alive and who holds what. Every worker rewrites one record twice a second: its beat and the partitions that it
 * holds. Nobody compares wall clocks: an observer times the *changes* of a record with its own monotonic clock.
 *
 * The records are advice. What decides is the fence in a partition's journal (journal-writer.ts).
 */

import type { KV, KvEntry } from '@nats-io/kv';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { bucketKeys } from './bucket-keys.ts';
import type { Bus } from './connection.ts';
import type { PartitionName } from './partition.ts';
import { WORKERS_BUCKET } from './subjects.ts';

/** How often a record is rewritten, and for how long an unchanged one counts as alive. Milliseconds. */
export const RENEW_EVERY = 500;
export const LEASE_TIME = 3000;

export interface WorkerView {
  readonly id: string;
  readonly leaving: boolean;
  /** Partition → the epoch of the fence that it holds it by. */
  readonly holds: ReadonlyMap<PartitionName, number>;
}

interface WorkerRecord {
  readonly beat: number;
  readonly leaving: boolean;
  readonly holds: readonly (readonly [PartitionName, number])[];
}

interface Observed {
  record: WorkerRecord;
  /** Monotonic time of the last change seen. */
  changedAt: number;
}

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

export async function joinWorkers(bus: Bus, id: string, clock: Clock, log: Log): Promise<Membership> {
  const kv = await bus.kvm.open(WORKERS_BUCKET);
  const workers = new Workers(bus, kv, id, clock, log);
  await workers.start();
  return workers;
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
  readonly #observed = new Map<string, Observed>();
  readonly #listeners: (() => void)[] = [];
  #holds: readonly (readonly [PartitionName, number])[] = [];
  #leaving = false;
  #gone = false;
  #beat = 0;
  #confirmedAt: number;
  #lookedAt: number;
  #cancelRenewal = () => {};
  #stopWatch = () => {};
  #forgetConnection = () => {};

  constructor(bus: Bus, kv: KV, id: string, clock: Clock, log: Log) {
    this.#bus = bus;
    this.#kv = kv;
    this.id = id;
    this.#clock = clock;
    this.#log = log;
    this.#confirmedAt = this.#lookedAt = clock.monotonic();
  }

  async start(): Promise<void> {
    this.#forgetConnection = this.#bus.onChange(() => this.#restartObservation());
    await this.#readPresent();
    const watch = await this.#kv.watch();
    this.#stopWatch = () => watch.stop();
    void this.#follow(watch);
    await this.#renew();
  }

  alive(): WorkerView[] {
    const now = this.#clock.monotonic();
    // Asked twice a second; a long gap means that this process itself stood still and has seen nobody's changes.
    if (now - this.#lookedAt > LEASE_TIME / 2) this.#restartObservation();
    this.#lookedAt = now;
    const views: WorkerView[] = [{ id: this.id, leaving: this.#leaving, holds: new Map(this.#holds) }];
    for (const [id, { record, changedAt }] of this.#observed) {
      if (id === this.id || now - changedAt > LEASE_TIME) continue;
      views.push({ id, leaving: record.leaving, holds: new Map(record.holds) });
    }
    return views;
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
      if (this.#bus.connected()) await this.#kv.delete(this.id);
    } catch (error) {
      this.#log.warn(
        { event: 'lease.leave-failed', error },
        'could not take the worker record back; it runs out by itself',
      );
    }
    this.#stopWatch();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Whoever has a record counts as alive until it was seen not to change for LEASE_TIME. */
  async #readPresent(): Promise<void> {
    for (const key of await bucketKeys(this.#bus, WORKERS_BUCKET)) {
      const entry = await this.#kv.get(key);
      if (entry !== null && entry.operation === 'PUT') this.#observe(key, entry.json<WorkerRecord>());
    }
  }

  #observe(id: string, record: WorkerRecord): boolean {
    const before = this.#observed.get(id)?.record;
    // A record that is read twice has not changed.
    if (before?.beat === record.beat) return false;
    this.#observed.set(id, { record, changedAt: this.#clock.monotonic() });
    return before?.leaving !== record.leaving || before.holds.join() !== record.holds.join();
  }

  async #renew(): Promise<void> {
    await this.#put();
    if (this.#gone) return;
    this.#cancelRenewal = this.#clock.after(RENEW_EVERY, () => void this.#renew());
  }

  async #put(): Promise<void> {
    const asked = this.#clock.monotonic();
    const record: WorkerRecord = { beat: ++this.#beat, leaving: this.#leaving, holds: this.#holds };
    try {
      await this.#kv.put(this.id, JSON.stringify(record), { timeout: RENEW_EVERY * 2 });
      // Counted from when it was asked for: observers may have seen it that early.
      this.#confirmedAt = Math.max(this.#confirmedAt, asked);
    } catch (error) {
      this.#log.debug({ event: 'lease.renewal-failed', error }, 'worker record not renewed');
    }
  }

  async #follow(watch: AsyncIterable<KvEntry>): Promise<void> {
    for await (const entry of watch) {
      if (entry.key === this.id) continue;
      if (entry.operation !== 'PUT') {
        this.#observed.delete(entry.key);
        this.#notify();
        continue;
      }
      if (this.#observe(entry.key, entry.json<WorkerRecord>())) this.#notify();
    }
  }

  /** While the connection was gone nothing could be seen to change: nobody is dead because of that. */
  #restartObservation(): void {
    const now = this.#clock.monotonic();
    for (const observed of this.#observed.values()) observed.changedAt = now;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
