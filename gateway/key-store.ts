/** The API keys that Herald made, in a bucket of NATS, known to every process that answers the API or takes alerts in. */

import { type ApiKey, type Found, KeyTable } from '../access/api-key.ts';
import type { KeyPorts } from '../api/api-keys.ts';
import type { Bus } from '../bus/connection.ts';
import { API_KEYS_BUCKET } from '../bus/subjects.ts';
import { BucketConflict, type Stored, WatchedBucket } from '../bus/watched-bucket.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

interface Read {
  readonly key: ApiKey;
  /** What it was read from. */
  readonly text: string;
}

export class KeyStore implements Pick<KeyPorts, 'keys'> {
  readonly #clock: Clock;
  readonly #log: Log;
  #bucket: WatchedBucket | null = null;
  #table: KeyTable | null = null;
  /** A key that was not changed stays the object that it was: whoever decided on it sees that it still stands. */
  #read: ReadonlyMap<string, Read> = new Map();
  #isClosed = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** null: NATS was not reached yet, so nobody knows. */
  get table(): KeyTable | null {
    return this.#table;
  }

  find(secret: string): Found | { readonly code: 'access.unavailable' } {
    return this.#table?.find(secret, this.#clock.now()) ?? { code: 'access.unavailable' };
  }

  async useBus(bus: Bus): Promise<void> {
    const take = (content: ReadonlyMap<string, Stored>) => {
      this.#read = new Map([...content].flatMap(([name, stored]) => this.#readOne(name, stored)));
      this.#table = new KeyTable(new Map([...this.#read].map(([name, { key }]) => [name, key])));
    };
    this.#bucket = await WatchedBucket.open(bus, API_KEYS_BUCKET, this.#clock, take);
    if (this.#isClosed) this.#bucket.close();
  }

  keys(): ReadonlyMap<string, ApiKey> | null {
    return this.#table?.keys ?? null;
  }

  /** `before`: what it takes the place of; null: nothing. False: somebody else has changed it meanwhile. Rejects without NATS. */
  async put(key: ApiKey, before: ApiKey | null): Promise<boolean> {
    const bucket = this.#bucket;
    if (bucket === null) throw new Error('NATS has not been reached yet');
    const stored = bucket.content.get(key.name);
    // What was decided on must still be what stands there.
    if ((this.#table?.keys.get(key.name) ?? null) !== before) return false;
    try {
      await bucket.put(key.name, Buffer.from(JSON.stringify(key)), stored?.revision ?? 0);
      return true;
    } catch (error) {
      if (error instanceof BucketConflict) return false;
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#bucket?.close();
  }

  /** A record that cannot be read is no key, and says so: it must not keep the others from working. */
  #readOne(name: string, { value }: Stored): [string, Read][] {
    const before = this.#read.get(name);
    const text = Buffer.from(value).toString();
    if (before?.text === text) return [[name, before]];
    try {
      return [[name, { key: JSON.parse(text) as ApiKey, text }]];
    } catch (error) {
      this.#log.error({ event: 'api-keys.unreadable', name, err: error }, 'an API key in the store cannot be read');
      return [];
    }
  }
}
