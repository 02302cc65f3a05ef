/** Every subject, stream and bucket name in one place. Everything under `herald.internal.` is private. */

import type { PartitionName } from './partition.ts';

export const INBOUND_STREAM = 'HERALD_IN';
export const EVENTS_STREAM = 'HERALD_EVENTS';
export const POLICIES_STREAM = 'HERALD_POLICIES';
export const AUDIT_STREAM = 'HERALD_AUDIT';
export const WORKERS_BUCKET = 'herald_workers';
export const META_BUCKET = 'herald_meta';
export const API_KEYS_BUCKET = 'herald_api_keys';
export const SENDERS_BUCKET = 'herald_senders';
export const SECRETS_BUCKET = 'herald_secrets';
export const SHIFTS_BUCKET = 'herald_shifts';
export const SUBSCRIPTIONS_BUCKET = 'herald_subscriptions';
export const SNAPSHOT_BUCKET = 'herald_snapshots';

export const ingestStream = (partition: PartitionName) => `HERALD_INGEST_${partition}`;
export const journalStream = (partition: PartitionName) => `HERALD_JOURNAL_${partition}`;

export const subjects = {
  ingest: (partition: PartitionName) => `herald.internal.ingest.${partition}`,
  fence: (partition: PartitionName) => `herald.internal.journal.${partition}.fence`,
  commit: (partition: PartitionName) => `herald.internal.journal.${partition}.commit`,
  manifest: (partition: PartitionName) => `herald.internal.journal.${partition}.manifest`,
  allJournal: (partition: PartitionName) => `herald.internal.journal.${partition}.*`,
  /** Request/reply: the archive answers queries about the read model. */
  query: (name: string) => `herald.internal.query.${name}`,
  allQueries: 'herald.internal.query.*',
  /** Request/reply: a worker says that it is there. */
  presence: (worker: string) => `herald.internal.worker.${worker}`,
  /** Request/many replies: every process that decides tells what its rules have counted. */
  ruleCounts: 'herald.internal.rules',
  /** The activations of one policy. */
  policy: (hash: string) => `herald.internal.policy.${hash}`,
  allPolicies: 'herald.internal.policy.*',
  audit: 'herald.internal.audit',
  inbound: 'herald.v1.in.>',
  event: (tenant: string, type: string) => `herald.v1.events.${tenant}.${type}`,
  allEvents: 'herald.v1.events.>',
} as const;
