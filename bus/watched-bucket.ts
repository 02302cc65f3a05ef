/**
 * A small bucket whose content every process holds in memory and hears the changes of: keys, secrets. Told by the subject that the bucket's
 * records go by, it reads the bucket anew (bucket-keys.ts has why no consumer is made); after a loss of the connection, and now and
 * then, too, since what is told while nobody is connected is told to nobody.
 */

import { JetStreamApiError } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { Clock } from '../telemetry/clock.ts';
import { bucketKeys } from './bucket-keys.ts';
import type { Bus } from './connection.ts';

export interface Stored {
  readonly value: Uint8Array;
  readonly revision: number;
}

/** Somebody else has changed the record meanwhile. */
export class BucketConflict extends Error {
  readonly code = 'bucket.conflict';
}

/** NATS does not answer, or does not keep it. It may be kept all the same. */
export class BucketUnavailable extends Error {
  readonly code = 'ingest.unavailable';
}

/** Milliseconds. */
const READ_ANYWAY = 30_000;
const TRY_AGAIN = 1000;
const WRONG_LAST_SEQUENCE = 10071;

export class WatchedBucket {
  readonly #bus: Bus;
  readonly #bucket: string;
  readonly #kv: KV;
  readonly #clock: Clock;
  readonly #onChange: (content: ReadonlyMap<string, Stored>) => void;
  #content: ReadonlyMap<string, Stored> = new Map();
  #reading: Promise<void> | null = null;
  #again = false;
  #closed = false;
  #saidUnread = false;
  /** Of the reads that were begun, and of the one whose content is held. */
  #begun = 0;
  #held = 0;
  #cancel = () => {};
  #ends: readonly (() => void)[] = [];

  private constructor(
    bus: Bus,
    bucket: string,
    kv: KV,
    clock: Clock,
    onChange: (content: ReadonlyMap<string, Stored>) => void,
  ) {
    this.#bus = bus;
    this.#bucket = bucket;
    this.#kv = kv;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Resolves once the content was handed to `onChange`, which then hears of each change. */
  static async open(
    bus: Bus,
    bucket: string,
    clock: Clock,
    onChange: (content: ReadonlyMap<string, Stored>) => void,
  ): Promise<WatchedBucket> {
    const watched = new WatchedBucket(bus, bucket, await bus.kvm.open(bucket), clock, onChange);
    const told = bus.nc.subscribe(`$KV.${bucket}.>`, { callback: () => watched.#changed() });
    const end = bus.onChange((connected) => {
      if (connected) watched.#changed();
    });
    watched.#ends = [() => told.unsubscribe(), end];
    try {
      await watched.#read();
    } catch (error) {
      watched.close();
      throw error;
    }
    watched.#wait(READ_ANYWAY);
    return watched;
  }

  get content(): ReadonlyMap<string, Stored> {
    return this.#content;
  }

  /** `revision`: of what is replaced; 0: there must be none. Throws BucketConflict or BucketUnavailable. Known here when it resolves. */
  async put(key: string, value: Uint8Array, revision: number): Promise<void> {
    try {
      if (revision === 0) await this.#kv.create(key, value);
      else await this.#kv.update(key, value, revision);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== WRONG_LAST_SEQUENCE) throw this.#unavailable(error);
      throw new BucketConflict(`${this.#bucket}: ${key} was changed meanwhile`, { cause: error });
    }
    await this.#readNow();
  }

  /** Known here, whatever was told, when it resolves. Throws BucketUnavailable. */
  refresh(): Promise<void> {
    return this.#readNow();
  }

  /** Throws BucketUnavailable. */
  async delete(key: string): Promise<void> {
    try {
      await this.#kv.delete(key);
    } catch (error) {
      throw this.#unavailable(error);
    }
    await this.#readNow();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    if (!this.#bus.nc.isClosed()) for (const end of this.#ends) end();
  }

  /** What is being read now may be from before: once more. */
  async #readNow(): Promise<void> {
    try {
      await this.#reading;
      await this.#read();
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #unavailable(cause: unknown): BucketUnavailable {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new BucketUnavailable(`NATS does not answer for ${this.#bucket} now: ${why}`, { cause });
  }

  #changed(): void {
    if (this.#closed) return;
    if (this.#reading !== null) {
      this.#again = true;
      return;
    }
    this.#reading = this.#read()
      .catch((error: unknown) => {
        this.#unread(error);
        this.#wait(TRY_AGAIN);
      })
      .finally(() => {
        this.#reading = null;
        if (!this.#again) return;
        this.#again = false;
        this.#changed();
      });
  }

  /** Once, however often it is tried until it is read again. */
  #unread(error: unknown): void {
    if (this.#saidUnread) return;
    this.#saidUnread = true;
    this.#bus.log.warn({ event: 'bucket.unread', bucket: this.#bucket, error }, 'a bucket cannot be read now');
  }

  async #read(): Promise<void> {
    const turn = ++this.#begun;
    const keys = await bucketKeys(this.#bus, this.#bucket);
    const entries = await Promise.all(keys.map((key) => this.#kv.get(key)));
    const there = entries.flatMap((entry) =>
      entry === null || entry.operation !== 'PUT' ? [] : [[entry.key, entry] as const],
    );
    this.#saidUnread = false;
    // A read that took longer than a later one knows less.
    if (this.#closed || turn < this.#held) return;
    this.#held = turn;
    this.#content = new Map(there.map(([key, { value, revision }]) => [key, { value, revision }]));
    this.#onChange(this.#content);
  }

  #wait(milliseconds: number): void {
    this.#cancel();
    if (this.#closed) return;
    this.#cancel = this.#clock.after(milliseconds, () => {
      this.#changed();
      this.#wait(READ_ANYWAY);
    });
  }
}
