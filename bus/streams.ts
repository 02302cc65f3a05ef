/**
 * The definition of every stream and bucket. They are created where missing and checked where present: a difference is an
 * error that names it, never a silent change of somebody's data store.
 */

import { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import type { Bus } from './connection.ts';
import { type PartitionCount, partitionNames } from './partition.ts';
import {
  API_KEYS_BUCKET,
  AUDIT_STREAM,
  EVENTS_STREAM,
  INBOUND_STREAM,
  ingestStream,
  journalStream,
  META_BUCKET,
  POLICIES_STREAM,
  SECRETS_BUCKET,
  SENDERS_BUCKET,
  SHIFTS_BUCKET,
  SNAPSHOT_BUCKET,
  SUBSCRIPTIONS_BUCKET,
  subjects,
  WORKERS_BUCKET,
} from './subjects.ts';

const MiB = 1024 * 1024;
const SECOND = 1_000_000_000;
const DAY = 86_400 * SECOND;

export interface StreamSizes {
  /** Bound of all inboxes together, in bytes: each partition has its even share. Past it ingress answers 503. */
  readonly ingestMaxBytes: number;
}

export class StreamMismatch extends Error {
  readonly code = 'bus.stream-mismatch';
}

type Definition = Pick<StreamConfig, 'name' | 'subjects' | 'max_bytes' | 'max_age' | 'discard' | 'duplicate_window'> &
  Partial<Pick<StreamConfig, 'deny_delete' | 'deny_purge'>>;

function definitions(count: PartitionCount, sizes: StreamSizes): Definition[] {
  const minutes = (n: number) => n * 60 * SECOND;
  const bounded = { discard: DiscardPolicy.New, duplicate_window: minutes(2), max_age: 0 };
  return [
    // Acknowledged means accepted: what waits here may be refused when it is full, but never dropped for its age.
    { ...bounded, name: INBOUND_STREAM, subjects: [subjects.inbound], max_bytes: 256 * MiB },
    // Kept for replay and no longer: here the oldest go, since nothing waits for them.
    {
      ...bounded,
      name: EVENTS_STREAM,
      subjects: [subjects.allEvents],
      max_bytes: 512 * MiB,
      max_age: 7 * DAY,
      discard: DiscardPolicy.Old,
    },
    // A line for each change of the policy: the oldest go, long after the decisions that name them.
    {
      ...bounded,
      name: POLICIES_STREAM,
      subjects: [subjects.allPolicies],
      max_bytes: 16 * MiB,
      discard: DiscardPolicy.Old,
    },
    // Some hundred thousand records; the oldest go, and the chain says where it begins.
    {
      ...bounded,
      name: AUDIT_STREAM,
      subjects: [subjects.audit],
      max_bytes: 64 * MiB,
      discard: DiscardPolicy.Old,
      deny_delete: true,
      deny_purge: true,
    },
    ...partitionNames(count).map((partition) => ({
      ...bounded,
      name: ingestStream(partition),
      subjects: [subjects.ingest(partition)],
      max_bytes: Math.floor(sizes.ingestMaxBytes / (count.alert + count.channel)),
    })),
    ...partitionNames(count).map((partition) => ({
      ...bounded,
      name: journalStream(partition),
      subjects: [subjects.allJournal(partition)],
      max_bytes: 512 * MiB,
    })),
  ];
}

/** What the file store must be able to hold for these definitions, in bytes. */
export function requiredStorage(count: PartitionCount, sizes: StreamSizes): number {
  const streams = definitions(count, sizes).reduce((sum, { max_bytes }) => sum + max_bytes, 0);
  return streams + SNAPSHOT_BYTES + 144 * MiB;
}

const SNAPSHOT_BYTES = 1024 * MiB;

/** The names of the streams that were not there. Throws StreamMismatch when something present is defined otherwise; errors of the server pass through. */
export async function ensureStreams(bus: Bus, count: PartitionCount, sizes: StreamSizes): Promise<readonly string[]> {
  const meta = await bus.kvm.create(META_BUCKET, { max_bytes: 16 * MiB });
  await fixPartitionCount(meta, count);
  await checkInboxes(bus, count, sizes);
  const [made] = await Promise.all([
    Promise.all(definitions(count, sizes).map((definition) => ensureStream(bus, definition))),
    bus.kvm.create(WORKERS_BUCKET, { max_bytes: 4 * MiB }),
    bus.kvm.create(API_KEYS_BUCKET, { max_bytes: 8 * MiB }),
    bus.kvm.create(SENDERS_BUCKET, { max_bytes: 16 * MiB, storage: StorageType.File }),
    bus.kvm.create(SECRETS_BUCKET, { max_bytes: 16 * MiB }),
    bus.kvm.create(SHIFTS_BUCKET, { max_bytes: 16 * MiB }),
    bus.kvm.create(SUBSCRIPTIONS_BUCKET, { max_bytes: 64 * MiB }),
    bus.objm.create(SNAPSHOT_BUCKET, { storage: StorageType.File, max_bytes: SNAPSHOT_BYTES }),
  ]);
  return made.flat();
}

/** In the terms of the setting: an inbox has a share of it, which no operator has ever set. */
async function checkInboxes(bus: Bus, count: PartitionCount, { ingestMaxBytes }: StreamSizes): Promise<void> {
  const first = partitionNames(count)[0]!;
  const share = (await infoOrNull(bus, ingestStream(first)))?.max_bytes;
  const shares = count.alert + count.channel;
  if (share === undefined || share === Math.floor(ingestMaxBytes / shares)) return;
  throw new StreamMismatch(
    `HERALD_INGEST_MAX_BYTES is ${ingestMaxBytes}, but what is stored here was made with ${share * shares}, give or take ${shares - 1}. ` +
      'It cannot change once data is stored.',
  );
}

/** Its name, if it was missing. */
async function ensureStream(bus: Bus, wanted: Definition): Promise<readonly string[]> {
  const present = await infoOrNull(bus, wanted.name);
  if (present === null) {
    await bus.jsm.streams.add({ ...wanted, retention: RetentionPolicy.Limits, storage: StorageType.File });
    return [wanted.name];
  }
  const differences = (Object.keys(wanted) as (keyof Definition)[])
    .filter((field) => JSON.stringify(present[field]) !== JSON.stringify(wanted[field]))
    .map(
      (field) => `${field} is ${JSON.stringify(present[field])}, this Herald wants ${JSON.stringify(wanted[field])}`,
    );
  if (differences.length > 0) {
    throw new StreamMismatch(
      `stream ${wanted.name}: ${differences.join('; ')}. Change the setting or the stream, then start again.`,
    );
  }
  return [];
}

async function infoOrNull(bus: Bus, name: string): Promise<StreamConfig | null> {
  try {
    return (await bus.jsm.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === 10059) return null;
    throw error;
  }
}

interface MetaStore {
  get(key: string): Promise<{ string(): string } | null>;
  create(key: string, value: string): Promise<number>;
}

/** The number of partitions decides where everything lives: the first start writes it down, every later one must agree. */
async function fixPartitionCount(meta: MetaStore, count: PartitionCount): Promise<void> {
  const wanted = JSON.stringify({ alert: count.alert, channel: count.channel });
  const present = (await meta.get('partitions'))?.string() ?? null;
  if (present === null) {
    // Two first starts may race here; `create` lets one win and the other reads what the winner wrote.
    await meta.create('partitions', wanted).catch(() => undefined);
    return fixPartitionCountAgain(meta, wanted);
  }
  checkPartitionCount(present, wanted);
}

async function fixPartitionCountAgain(meta: MetaStore, wanted: string): Promise<void> {
  const present = await meta.get('partitions');
  if (present === null) throw new Error('the number of partitions could not be written down');
  checkPartitionCount(present.string(), wanted);
}

function checkPartitionCount(present: string, wanted: string): void {
  if (present === wanted) return;
  throw new StreamMismatch(
    `HERALD_PARTITIONS is ${described(wanted)}, but what is stored here was made with ${described(present)}. It cannot change once data is stored.`,
  );
}

function described(count: string): string {
  const { alert, channel } = JSON.parse(count) as PartitionCount;
  return `${alert} (and ${channel} for channels)`;
}
