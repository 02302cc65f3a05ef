/** What the journals say, read as they grow: the witness of the fault tests. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../alert/entry.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import type { JournalEvent, JournalRecord } from '../../bus/journal.ts';
import { readJournal } from '../../bus/journal-reader.ts';
import { type PartitionCount, type PartitionName, partitionNames } from '../../bus/partition.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import type { Traffic } from './traffic.ts';

export type EventOf<T extends JournalEvent['type']> = Extract<JournalEvent, { type: T }>;

/** A notification's id is known from its decision on; concluded once its channel is done with it, or another one has it. */
interface Seen {
  readonly causes: Map<string, number>;
  readonly decided: Set<string>;
  readonly concluded: Set<string>;
  /** Groups that fire, or whose end is not decided on yet. */
  readonly open: Set<string>;
  /** Groups that something joined since they were last decided on. */
  readonly waiting: Set<string>;
  /** Effects by what they carry: decided and not yet taken in by their destination; below zero if taken in twice. */
  readonly underWay: Map<string, number>;
}

export class Evidence {
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly records = new Map<PartitionName, JournalRecord[]>();
  readonly #seen: Seen = {
    causes: new Map(),
    decided: new Set(),
    concluded: new Set(),
    open: new Set(),
    waiting: new Set(),
    underWay: new Map(),
  };
  readonly #stop = new AbortController();
  readonly #reading: Promise<unknown>;

  constructor(bus: Bus, count: PartitionCount) {
    this.count = count;
    this.bus = bus;
    this.#reading = Promise.all(partitionNames(count).map((partition) => this.#follow(partition)));
  }

  async #follow(partition: PartitionName): Promise<void> {
    const list: JournalRecord[] = [];
    this.records.set(partition, list);
    for await (const record of readJournal(this.bus, partition, 1, this.#stop.signal)) {
      list.push(record);
      if (record.kind !== 'commit') continue;
      for (const { entry } of record.commit.effects) this.#noteEffect(entry);
      for (const event of record.commit.events) this.#note(event);
    }
  }

  /** Of what goes to a group only what fires: an end that nobody waits for is rightly dropped. */
  #noteEffect(entry: Entry): void {
    if (entry.kind === 'notification') this.#count(entry.notification.id, 1);
    if (entry.kind === 'group' && entry.alert.status === 'firing') {
      this.#count(`${entry.group.id} ${entry.alert.fingerprint}`, 1);
    }
  }

  #count(effect: string, by: 1 | -1): void {
    const { underWay } = this.#seen;
    const left = (underWay.get(effect) ?? 0) + by;
    if (left === 0) underWay.delete(effect);
    else underWay.set(effect, left);
  }

  #note(event: JournalEvent): void {
    const { causes, decided, concluded, open, waiting } = this.#seen;
    if ('cause' in event && event.cause !== null) {
      const cause = causeId(event.cause.receipt, event.cause.index);
      causes.set(cause, (causes.get(cause) ?? 0) + 1);
    }
    switch (event.type) {
      case 'group.joined':
        open.add(event.key);
        waiting.add(event.key);
        if (event.alert.status === 'firing') this.#count(`${event.key} ${event.alert.fingerprint}`, -1);
        return;
      case 'group.flushed':
        waiting.delete(event.key);
        if (event.dueAt === null) open.delete(event.key);
        for (const { notificationId } of event.decisions) if (notificationId !== null) decided.add(notificationId);
        return;
      case 'delivery.queued':
        this.#count(event.notificationId, -1);
        return;
      case 'delivery.delivered':
      case 'delivery.dead':
        concluded.add(event.notificationId);
        return;
      case 'delivery.diverted':
        concluded.add(event.notificationId);
        decided.add(event.as);
    }
  }

  /** Events of one type, partition by partition, each in its order. */
  events<T extends JournalEvent['type']>(...types: T[]): EventOf<T>[] {
    const wanted = new Set<string>(types);
    return this.allEvents().filter((event): event is EventOf<T> => wanted.has(event.type));
  }

  allEvents(): JournalEvent[] {
    return [...this.records.values()].flat().flatMap((one) => (one.kind === 'commit' ? one.commit.events : []));
  }

  /** See Seen.underWay. */
  effectsUnderWay(): [effect: string, left: number][] {
    return [...this.#seen.underWay];
  }

  /** How many events have this alert of this request as their cause. */
  timesDecided(receipt: string, index: number): number {
    return this.#seen.causes.get(causeId(receipt, index)) ?? 0;
  }

  /** Until every accepted alert is decided, and everything decided is delivered. `ended`: until every group is over, too. */
  async complete(traffic: Traffic, { ended = true, timeoutMs = 60_000 } = {}): Promise<void> {
    const { causes, decided, concluded, open, waiting, underWay } = this.#seen;
    // What was decided once is: only what was missing before is looked for again.
    let left = [...traffic.accepted].map(([id, { keys }]) => ({ id, next: 0, count: keys.length }));
    const missing = () => {
      for (const one of left) while (one.next < one.count && causes.has(causeId(one.id, one.next))) one.next++;
      left = left.filter(({ next, count }) => next < count);
      return left.length;
    };
    const undelivered = () => [...decided].filter((id) => !concluded.has(id)).length;
    const lost = () => [...underWay.values()].filter((left) => left > 0).length;
    const quiet = () => lost() === 0 && waiting.size === 0 && (!ended || open.size === 0);
    const seen = () => ({
      missing: missing(),
      undelivered: undelivered(),
      underWay: lost(),
      waiting: waiting.size,
      open: open.size,
    });
    await until(
      'every accepted alert to be decided and delivered',
      () => missing() === 0 && undelivered() === 0 && quiet(),
      { timeoutMs, everyMs: 50, seen },
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
    await this.bus.close();
  }
}

const causeId = (receipt: string, index: number) => `${receipt}#${index}`;

export async function gatherEvidence(natsUrl: string, count: PartitionCount): Promise<Evidence> {
  const bus = await connectBus({ url: natsUrl, name: 'fault test', log: silentLog, patience: 20_000 });
  const evidence = new Evidence(bus, count);
  let closed: Promise<void> | null = null;
  const close = evidence.close.bind(evidence);
  evidence.close = () => {
    closed ??= close();
    return closed;
  };
  atEnd(() => evidence.close());
  return evidence;
}

/** Where the nats-server of a running `herald start` listens, and who may speak to it. */
export function embeddedNats(data: string): string {
  const configuration = readFileSync(join(data, 'nats/nats-server.conf'), 'utf8');
  const port = /^port: (\d+)$/m.exec(configuration)?.[1];
  const [, user, password] = /user: "([^"]+)", password: "([^"]+)"/.exec(configuration) ?? [];
  if (port === undefined || password === undefined)
    throw new Error(`no port or password in the nats-server.conf below ${data}`);
  return `nats://${user}:${password}@127.0.0.1:${port}`;
}
