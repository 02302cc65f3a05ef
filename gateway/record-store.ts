/**
 * What people set at run time, in records of a bucket of NATS that every process holds in memory: each record is changed as a whole, and a
 * change that was decided on what stands there no more is decided anew. It is written to the audit before it is made.
 */

import type { AuditEvent } from '../access/audit-chain.ts';
import type { Bus } from '../bus/connection.ts';
import { BucketConflict, type Stored, WatchedBucket } from '../bus/watched-bucket.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuditTrail } from './audit-trail.ts';

export interface RecordStoreOptions<Content> {
  readonly bucket: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Pick<AuditTrail, 'command'>;
  /** Throws for what is none. */
  read(value: unknown): Content;
}

/** `next` left out: nothing is changed. */
export interface Decided<Content, Answer> {
  readonly answer: Answer;
  readonly next?: { readonly content: Content; readonly audit: Audited };
}

type Audited = Pick<AuditEvent, 'what' | 'subject' | 'by' | 'detail'>;

/** It is not known now, or cannot be kept: NATS is out of reach, or others change it all the time. */
export class RecordUnavailable extends Error {
  readonly code = 'ingest.unavailable';
}

const VERSION = 1;
const MOST_TRIES = 5;

export class RecordStore<Content> {
  readonly #options: RecordStoreOptions<Content>;
  readonly #listeners: (() => void)[] = [];
  #bucket: WatchedBucket | null = null;
  #records: ReadonlyMap<string, Content> | null = null;
  #read: ReadonlyMap<string, { readonly revision: number; readonly content: readonly Content[] }> = new Map();
  #isClosed = false;

  constructor(options: RecordStoreOptions<Content>) {
    this.#options = options;
  }

  /** The same map as long as nothing changes; null: NATS was not reached yet, so nobody knows. */
  get records(): ReadonlyMap<string, Content> | null {
    return this.#records;
  }

  /** Known when it resolves. */
  async useBus(bus: Bus): Promise<void> {
    const { bucket, clock } = this.#options;
    // Of two that are asked at once, the other may have failed: this one need not be opened again.
    if (this.#bucket !== null) return;
    this.#bucket = await WatchedBucket.open(bus, bucket, clock, (content) => this.#take(content));
    if (this.#isClosed) this.#bucket.close();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** `decide` may be asked again, with what stands there by then; null: nothing. Rejects with RecordUnavailable, as the bucket (BucketUnavailable), or as the audit does. */
  async change<Answer>(key: string, decide: (known: Content | null) => Decided<Content, Answer>): Promise<Answer> {
    const bucket = this.#bucket;
    if (bucket === null) throw new RecordUnavailable('NATS has not been reached yet');
    const first = decide(this.#known(key));
    if (first.next === undefined) return first.answer;
    let answer = first.answer;
    const write = async () => {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const revision = bucket.content.get(key)?.revision ?? 0;
        const decided = decide(this.#known(key));
        answer = decided.answer;
        if (decided.next === undefined) return { status: 409, reasons: [] };
        if (await isPut(bucket, key, decided.next.content, revision)) return { status: 200, reasons: [] };
      }
      throw new RecordUnavailable('others change it all the time');
    };
    await this.#options.audit.command(first.next.audit, write);
    return answer;
  }

  /** What `shorter` makes of each record takes its place; the same content: nothing is to do. What cannot be written now is for the next time. */
  async tidy(shorter: (content: Content) => Content): Promise<void> {
    const { bucket: name, log } = this.#options;
    const bucket = this.#bucket;
    for (const [key, content] of this.#records ?? []) {
      const after = shorter(content);
      const revision = bucket?.content.get(key)?.revision;
      if (bucket === null || revision === undefined || after === content) continue;
      try {
        await isPut(bucket, key, after, revision);
      } catch (error) {
        log.warn({ event: 'records.untidied', bucket: name, key, err: error }, 'what is over could not be forgotten');
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#bucket?.close();
  }

  /** What cannot be read, by an older Herald perhaps, must not be written over. */
  #known(key: string): Content | null {
    const content = this.#records?.get(key) ?? null;
    if (content === null && this.#bucket?.content.has(key) === true)
      throw new RecordUnavailable(`record ${key} of ${this.#options.bucket} cannot be read by this version`);
    return content;
  }

  #take(content: ReadonlyMap<string, Stored>): void {
    const before = this.#read;
    const isSame = ([key, { revision }]: [string, Stored]) => before.get(key)?.revision === revision;
    if (this.#records !== null && content.size === before.size && [...content].every(isSame)) return;
    this.#read = new Map(
      [...content].map(([key, { value, revision }]) => {
        const known = before.get(key);
        return [key, known?.revision === revision ? known : { revision, content: this.#decode(key, value) }];
      }),
    );
    this.#records = new Map(
      [...this.#read].flatMap(
        ([
          key,
          {
            content: [one],
          },
        ]) => (one === undefined ? [] : [[key, one]]),
      ),
    );
    for (const listener of this.#listeners) listener();
  }

  /** Empty for one that cannot be read, which must not keep the others from holding. */
  #decode(key: string, value: Uint8Array): readonly Content[] {
    const { bucket, log, read } = this.#options;
    try {
      const { version, content } = JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>;
      if (version !== VERSION) throw new Error(`version ${String(version)} is not known`);
      return [read(content)];
    } catch (error) {
      log.error({ event: 'records.unreadable', bucket, key, err: error }, 'what people set cannot be read');
      return [];
    }
  }
}

/** False: somebody else has changed it meanwhile; that is known now. */
async function isPut(bucket: WatchedBucket, key: string, content: unknown, revision: number): Promise<boolean> {
  try {
    await bucket.put(key, Buffer.from(JSON.stringify({ version: VERSION, content })), revision);
    return true;
  } catch (error) {
    if (!(error instanceof BucketConflict)) throw error;
    await bucket.refresh();
    return false;
  }
}
