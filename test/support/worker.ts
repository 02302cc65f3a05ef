/** Real workers on a real bus, with a small policy and senders that record: what actors' tests build on. */

import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import { startActorSystem } from '../../actors/actor-system.ts';
import { alertKind } from '../../actors/alert-actor.ts';
import { channelKind } from '../../actors/channel-actor.ts';
import { correlatorKind } from '../../actors/correlator-actor.ts';
import type { Send } from '../../actors/entity.ts';
import { groupKind } from '../../actors/group-actor.ts';
import { holdsKind } from '../../actors/holds-actor.ts';
import type { PartitionDeps } from '../../actors/partition.ts';
import { promotionKind } from '../../actors/promotion-actor.ts';
import type { Turn } from '../../actors/turn.ts';
import { startWorker, type Worker } from '../../actors/worker.ts';
import type { Alert } from '../../alert/alert.ts';
import { addressOf } from '../../alert/entity-address.ts';
import type { Entry } from '../../alert/entry.ts';
import { unfiltered } from '../../alert/filter.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { DEFAULT_LIFECYCLE } from '../../alert/lifecycle-policy.ts';
import { NOBODY } from '../../alert/people.ts';
import type { ChannelPolicy, Policy } from '../../alert/policy.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { encodeFrame } from '../../bus/frame.ts';
import { type FramePublisher, framePublisher } from '../../bus/ingest.ts';
import type { JournalEvent, JournalRecord } from '../../bus/journal.ts';
import { readJournal } from '../../bus/journal-reader.ts';
import { forgetWorkers, joinWorkers, type Membership } from '../../bus/lease.ts';
import { type PartitionCount, type PartitionName, partitionNames, partitionOf } from '../../bus/partition.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { journalStream } from '../../bus/subjects.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { findPatterns, readMatcher } from '../../resources/matcher.ts';
import { correlate } from '../../rules/correlate.ts';
import { type Clock, systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { aProfile } from './namespace-profile.ts';
import { type NatsServer, startNats } from './nats.ts';
import { until } from './until.ts';

export const KINDS = {
  alert: alertKind,
  group: groupKind,
  holds: holdsKind,
  promotion: promotionKind,
  correlator: correlatorKind,
  channel: channelKind,
};

const CHANNEL: ChannelPolicy = {
  name: 'ops',
  type: 'webhook',
  sendResolved: true,
  maxAlerts: 0,
  retry: { maxAttempts: 3, initial: 20, max: 50 },
  concurrency: 16,
  onUncertain: 'resend',
};

/** Everything is production; groups by alertname; one channel `ops`. */
export function smallPolicy(timing: { groupWait?: number; groupInterval?: number } = {}): Policy {
  return {
    hash: 'small',
    lifecycle: () => DEFAULT_LIFECYCLE,
    profile: (tenant, namespace) => aProfile({ tenant, namespace }),
    priority: (_tenant, { fallback }) => fallback,
    filter: ({ alert }) => unfiltered(alert.labels),
    tryFilter: ({ alert }) => unfiltered(alert.labels),
    route: (_tenant, labels) => {
      if (labels.poison === 'throw') throw new RangeError('poisoned');
      return [
        {
          routeId: '{}',
          twin: 0,
          groupLabels: { alertname: String(labels.alertname) },
          timing: { groupWait: 0, groupInterval: 50, repeatInterval: 3_600_000, channels: ['ops'], ...timing },
        },
      ];
    },
    channel: (_tenant, name) => (name === 'ops' ? CHANNEL : null),
    directory: NOBODY,
    escalation: () => null,
    plugins: () => [],
    workload: () => null,
    promotion: () => ({ approvals: 1, approvers: [], deadline: 86_400_000 }),
    inhibitions: () => [],
    silences: () => [],
    readMatcher,
    findPatterns,
    correlations: () => [],
    timeHold: () => null,
    maintenanceHold: () => null,
  };
}

export function alertOf(labels: Record<string, string>, change: Partial<Alert> = {}): Alert {
  return {
    tenant: 'default',
    fingerprint: fingerprint(labels),
    status: 'firing',
    labels,
    annotations: {},
    startsAt: Date.now(),
    endsAt: null,
    generatorURL: '',
    source: 'test',
    ...change,
  };
}

let published = 0;

/** Puts entries in as ingress would: one frame per partition, acknowledged. */
export async function putIn(bus: Bus, count: PartitionCount, entries: readonly Entry[]): Promise<void> {
  const frames = new Map<PartitionName, Entry[]>();
  for (const entry of entries) {
    const partition = partitionOf(addressOf(entry), count);
    frames.set(partition, [...(frames.get(partition) ?? []), entry]);
  }
  const publisher = framePublisher(bus);
  await Promise.all(
    Array.from(frames, ([partition, list]) =>
      publisher.publish(partition, encodeFrame({ stamp: null, entries: list }), `put-${process.pid}-${published++}`),
    ),
  );
}

export const reported = (alert: Alert, receipt = 'r', index = 0): Entry => ({
  kind: 'alert',
  alert,
  receipt,
  index,
  receivedAt: Date.now(),
});

export interface TestWorker {
  readonly worker: Worker;
  readonly membership: Membership;
  readonly bus: Bus;
  /** Everything that was handed to a sender, in order. */
  readonly sent: Send[];
  /** Everything that it has committed, in order. */
  readonly committed: JournalEvent[];
  /** As kill -9 would: the connection is cut, nothing is drained, nobody is told. */
  crash(): Promise<void>;
}

export interface TestWorkerOptions {
  readonly id: string;
  readonly url: string;
  readonly count: PartitionCount;
  readonly policy?: Policy;
  /** What decisions and their timers go by; leases go by the system's in any case. */
  readonly clock?: Clock;
  readonly snapshotCommits?: number;
  readonly maxPendingFrames?: number;
  /** What partitions see of the bus. */
  through?(bus: Bus): Bus;
  /** What effects are published by, instead of the bus. */
  readonly publisher?: FramePublisher;
  /** Effects go through streams, also where both partitions live in this worker. */
  readonly throughStreams?: true;
  send?(send: Send): Promise<Outcome>;
  /** Instead of correlating at once. */
  correlate?: PartitionDeps['correlate'];
  /** Where the policy has plug-ins. */
  askPlugin?: PartitionDeps['askPlugin'];
  askKeys?: PartitionDeps['askKeys'];
}

export async function launchWorker(options: TestWorkerOptions): Promise<TestWorker> {
  const bus = await connectBus({ url: options.url, name: options.id, log: silentLog });
  const membership = await joinWorkers(bus, options.id, systemClock, silentLog);
  const sent: Send[] = [];
  const committed: JournalEvent[] = [];
  const policy = options.policy ?? smallPolicy();
  const deps: Omit<PartitionDeps, 'maySend'> = {
    bus: options.through?.(bus) ?? bus,
    publisher: options.publisher ?? framePublisher(bus),
    count: options.count,
    kinds: KINDS,
    system: startActorSystem<Turn>(),
    clock: options.clock ?? systemClock,
    log: silentLog,
    metrics: { committed: (_, events) => void committed.push(...events), recovered() {} },
    policy: () => policy,
    random: () => 0.5,
    correlate: options.correlate ?? (async ({ alerts, rules, learnt }) => correlate(alerts, rules, learnt)),
    askKeys: options.askKeys ?? (async () => assert.fail('no correlator to ask')),
    askPlugin: options.askPlugin ?? (async () => assert.fail('no plug-in to ask')),
    async send(send) {
      sent.push(send);
      return options.send === undefined ? { kind: 'delivered', detail: 'recorded' } : options.send(send);
    },
    ...(options.throughStreams === undefined ? {} : { neighbour: () => null }),
    ...(options.snapshotCommits === undefined ? {} : { snapshotCommits: options.snapshotCommits }),
    ...(options.maxPendingFrames === undefined ? {} : { maxPendingFrames: options.maxPendingFrames }),
  };
  const worker = startWorker(deps, membership);
  return {
    worker,
    membership,
    bus,
    sent,
    committed,
    async crash() {
      await bus.nc.close();
    },
  };
}

/** All records that stand in the journals now. */
export async function readJournals(bus: Bus, count: PartitionCount): Promise<Map<PartitionName, JournalRecord[]>> {
  const journals = new Map<PartitionName, JournalRecord[]>();
  for (const partition of partitionNames(count)) {
    const { state } = await bus.jsm.streams.info(journalStream(partition));
    const records: JournalRecord[] = [];
    const stop = new AbortController();
    if (state.messages > 0) {
      for await (const record of readJournal(bus, partition, state.first_seq, stop.signal)) {
        records.push(record);
        if (record.seq >= state.last_seq) break;
      }
    }
    stop.abort();
    journals.set(partition, records);
  }
  return journals;
}

/**
 * A nats-server and its streams for a test file, and workers that are stopped after each test. To be called at the top of the
 * file; what it returns is there once its tests run. Streams are as they were left by the test before, or `fresh` for each.
 */
export function workersOn(count: PartitionCount, { fresh = false }: { readonly fresh?: boolean } = {}) {
  const held = { workers: [] as TestWorker[] };
  let server: NatsServer;
  let bus: Bus;
  before(async () => {
    server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
    bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
    await ensureStreams(bus, count, STREAMS);
  });
  afterEach(async (test) => {
    const stopped = await Promise.allSettled(held.workers.map(({ worker }) => worker.stop()));
    await Promise.allSettled(held.workers.map(({ bus: own }) => own.close()));
    held.workers = [];
    const failed = stopped.find(({ status }) => status === 'rejected');
    if (fresh || failed !== undefined || ('passed' in test && !test.passed)) await emptied(bus, count);
    await forgetWorkers(bus);
    if (failed?.status === 'rejected') throw failed.reason;
  });
  after(() => bus.close());
  return {
    get bus() {
      return bus;
    },
    async launch(id: string, options: Partial<TestWorkerOptions> = {}): Promise<TestWorker> {
      const launched = await launchWorker({ id, url: server.url, count, ...options });
      held.workers.push(launched);
      return launched;
    },
    /** These are still to be stopped; those that a test has ended itself are not. */
    keep(...workers: TestWorker[]) {
      held.workers = workers;
    },
  };
}

const STREAMS = { ingestMaxBytes: 64 * 1024 * 1024 };

/** What a test that failed has left undecided and untold is no business of the next one. */
async function emptied(bus: Bus, count: PartitionCount): Promise<void> {
  for await (const { config } of bus.jsm.streams.list()) await bus.jsm.streams.delete(config.name);
  await ensureStreams(bus, count, STREAMS);
}

/** Resolves when it holds what it should. */
export function settled(worker: TestWorker): Promise<true> {
  return until('the worker to hold its partitions', () => worker.worker.settled(), {
    seen: () => worker.worker.problems(),
  });
}
