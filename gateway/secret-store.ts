/** The encrypted store of secrets: a bucket of NATS, whose records only who holds HERALD_SECRET_KEY can read. */

import { randomBytes } from 'node:crypto';
import { IV_BYTES, type Keyring, type Sealed, type SecretName, seal, unseal } from '../access/secret-box.ts';
import type { Rotated, SecretPorts, StoredSecret } from '../api/secrets.ts';
import type { Bus } from '../bus/connection.ts';
import { SECRETS_BUCKET } from '../bus/subjects.ts';
import { BucketConflict, type Stored, WatchedBucket } from '../bus/watched-bucket.ts';
import type { StoredRead } from '../resources/secret.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

interface SecretRecord {
  readonly sealed: Sealed;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

interface Entry extends SecretRecord {
  readonly revision: number;
}

export class SecretStore implements SecretPorts {
  readonly #keyring: Keyring | null;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners: (() => void)[] = [];
  #bucket: WatchedBucket | null = null;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #isClosed = false;

  /** null: nothing of it can be read here. */
  constructor(keyring: Keyring | null, clock: Clock, log: Log) {
    this.#keyring = keyring;
    this.#clock = clock;
    this.#log = log;
  }

  async useBus(bus: Bus): Promise<void> {
    this.#bucket = await WatchedBucket.open(bus, SECRETS_BUCKET, this.#clock, (content) => this.#take(content));
    if (this.#isClosed) this.#bucket.close();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#bucket?.close();
  }

  /** For references in resources of the tenant. null until NATS was reached. */
  readonly read = (tenant: string, name: string): StoredRead => {
    const shown = `secret ${name} of tenant ${tenant}`;
    if (this.#keyring === null)
      return missing(`${shown} is in the store, which HERALD_SECRET_KEY opens; it is not set`);
    // Nobody knows what the store has.
    if (this.#bucket === null) return null;
    const entry = this.#entries.get(keyOf({ tenant, name }));
    if (entry === undefined)
      return missing(
        `the store has no ${shown}; allowed: one that was set before, with Herald running: herald secret set ${name} --tenant ${tenant}`,
      );
    const opened = unseal(this.#keyring, { tenant, name }, entry.sealed);
    switch (opened.code) {
      case 'secret.opened':
        return { ok: true, secret: opened.value };
      case 'secret.other-key': {
        const ours = this.#keyring.keys.map(({ id }) => id).join(', ');
        return missing(`${shown} was encrypted by key ${opened.key}; HERALD_SECRET_KEY holds ${ours}`);
      }
      case 'secret.damaged':
        return missing(`${shown} was changed in the store by somebody without its key; set it again`);
      default:
        return opened satisfies never;
    }
  };

  problem(): string | null {
    if (this.#keyring === null) return 'HERALD_SECRET_KEY is not set where this is asked';
    return this.#bucket === null ? 'NATS has not been reached yet' : null;
  }

  list(): StoredSecret[] {
    const keyring = this.#keyring;
    const current = keyring === null ? '' : keyring.keys[0].id;
    return [...this.#entries].map(([key, entry]) => {
      const { tenant, name } = nameOf(key);
      const readable = this.read(tenant, name)?.ok === true;
      return {
        tenant,
        name,
        updatedAt: entry.updatedAt,
        updatedBy: entry.updatedBy,
        key: entry.sealed.key,
        current: entry.sealed.key === current,
        readable,
      };
    });
  }

  async set(secret: SecretName, value: string, by: string): Promise<void> {
    const { keyring, bucket } = this.#open();
    const sealed = seal(keyring, secret, value, randomBytes(IV_BYTES));
    const record: SecretRecord = { sealed, updatedAt: this.#clock.now(), updatedBy: by };
    const put = () => bucket.put(keyOf(secret), encode(record), bucket.content.get(keyOf(secret))?.revision ?? 0);
    try {
      await put();
    } catch (error) {
      // Whoever sets it last sets it; that somebody else did so meanwhile changes nothing.
      if (!(error instanceof BucketConflict)) throw error;
      await bucket.refresh();
      await put();
    }
  }

  async delete(secret: SecretName): Promise<boolean> {
    const { bucket } = this.#open();
    if (!bucket.content.has(keyOf(secret))) return false;
    await bucket.delete(keyOf(secret));
    return true;
  }

  async rotate(secrets: readonly SecretName[]): Promise<Rotated> {
    const count = { resealed: 0, current: 0 };
    const failed: SecretName[] = [];
    for (const secret of secrets) {
      const done = await this.#reseal(secret);
      if (done === 'resealed' || done === 'current') count[done] += 1;
      else failed.push(secret);
    }
    return { ...count, failed, key: this.#open().keyring.keys[0].id };
  }

  async #reseal(secret: SecretName): Promise<'resealed' | 'current' | 'unreadable' | 'changed'> {
    const { keyring, bucket } = this.#open();
    const entry = this.#entries.get(keyOf(secret));
    if (entry === undefined) return 'changed';
    if (entry.sealed.key === keyring.keys[0].id) return 'current';
    const opened = unseal(keyring, secret, entry.sealed);
    if (opened.code !== 'secret.opened') return 'unreadable';
    const { updatedAt, updatedBy, revision } = entry;
    const sealed = seal(keyring, secret, opened.value, randomBytes(IV_BYTES));
    try {
      await bucket.put(keyOf(secret), encode({ sealed, updatedAt, updatedBy }), revision);
      return 'resealed';
    } catch (error) {
      if (error instanceof BucketConflict) return 'changed';
      throw error;
    }
  }

  #open() {
    if (this.#keyring === null || this.#bucket === null) throw new Error(this.problem() ?? 'the store is not open');
    return { keyring: this.#keyring, bucket: this.#bucket };
  }

  #take(content: ReadonlyMap<string, Stored>): void {
    const before = this.#entries;
    this.#entries = new Map([...content].flatMap(([key, stored]) => this.#decode(key, stored)));
    const isSame =
      before.size === this.#entries.size &&
      [...this.#entries].every(([key, { revision }]) => before.get(key)?.revision === revision);
    if (!isSame) for (const listener of this.#listeners) listener();
  }

  #decode(key: string, { value, revision }: Stored): [string, Entry][] {
    try {
      const record = JSON.parse(Buffer.from(value).toString()) as SecretRecord;
      if (record.sealed.version !== 1) throw new Error(`version ${String(record.sealed.version)} is not known`);
      return [[key, { ...record, revision }]];
    } catch (error) {
      this.#log.error({ event: 'secrets.unreadable', key, err: error }, 'a secret in the store cannot be read');
      return [];
    }
  }
}

function encode(record: SecretRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** Neither holds a dot. */
function keyOf({ tenant, name }: SecretName): string {
  return `${tenant}.${name}`;
}

function nameOf(key: string): SecretName {
  const [tenant = '', name = ''] = key.split('.');
  return { tenant, name };
}

function missing(message: string): NonNullable<StoredRead> {
  return { ok: false, message };
}
