/**
 * One worker: sees who is alive, takes the partitions that it should hold, gives up those that it should not, and drops those
 * that it lost. Every decision to take or leave is made again from what is true now, at every change and twice a second.
 */

import type { Membership } from '../bus/lease.ts';
import type { WorkerView } from '../bus/observed-workers.ts';
import { type PartitionName, partitionNames } from '../bus/partition.ts';
import { within } from '../telemetry/within.ts';
import { assign } from './assignment.ts';
import type { Partition, PartitionDeps } from './partition.ts';
import { OwnershipLost, PAUSE_AFTER_FAILURE } from './supervision.ts';
import { takePartition } from './take-partition.ts';

const LOOK_EVERY = 500;
/** Partitions that are recovered at a time: after a takeover the first ones decide again while the others still are. */
const RECOVERED_AT_ONCE = 2;
/** One that cannot be recovered must not keep the others waiting. Milliseconds. */
const OTHERS_WAIT = 1000;
/** For what is under way when it is to stop, whether or not NATS answers. Milliseconds. */
const LEAST_TO_END = 1000;

export interface WorkerStatus {
  readonly partition: PartitionName;
  readonly epoch: number;
  readonly entities: number;
}

export interface Worker {
  /** What it holds now. */
  status(): WorkerStatus[];
  /** Over all partitions that it holds: how many entities there are of each class (entity.ts). */
  counts(): ReadonlyMap<string, number>;
  /** True once every partition that it should hold is held. */
  settled(): boolean;
  /** Why it cannot hold something that it should, newest first; empty when all is well. */
  problems(): string[];
  /** Polite leave: drains, hands over, takes its record back. */
  stop(): Promise<void>;
}

interface Holding {
  readonly partition: Partition;
  readonly ended: Promise<void>;
  releasing: boolean;
}

export function startWorker(deps: Omit<PartitionDeps, 'maySend'>, membership: Membership): Worker {
  const worker = new PartitionWorker({ ...deps, maySend: () => membership.valid() }, membership);
  worker.start();
  return worker;
}

class PartitionWorker implements Worker {
  readonly #deps: PartitionDeps;
  readonly #membership: Membership;
  /** As every worker lists them: what each should hold depends on it. */
  readonly #names: readonly PartitionName[];
  /** In which they are taken. Channels first: they hold little, and what the others tell goes by them. */
  readonly #inOrder: readonly PartitionName[];
  readonly #held = new Map<PartitionName, Holding>();
  readonly #taking = new Map<PartitionName, Promise<void>>();
  readonly #notBefore = new Map<PartitionName, number>();
  /** Monotonic time at which the last one began to be taken. */
  #tookAt = Number.NEGATIVE_INFINITY;
  readonly #problems = new Map<PartitionName, string>();
  #leaving = false;
  #cancel = () => {};

  constructor(deps: PartitionDeps, membership: Membership) {
    this.#deps = { neighbour: (name) => this.#held.get(name)?.partition.receiver ?? null, ...deps };
    this.#membership = membership;
    this.#names = partitionNames(deps.count);
    this.#inOrder = this.#names.toSorted((a, b) => Number(b.startsWith('c')) - Number(a.startsWith('c')));
  }

  start(): void {
    this.#membership.onChange(() => this.#reconcile());
    this.#tick();
  }

  status(): WorkerStatus[] {
    return Array.from(this.#held.values(), ({ partition }) => ({
      partition: partition.name,
      epoch: partition.epoch,
      entities: partition.entityCount,
    }));
  }

  counts(): ReadonlyMap<string, number> {
    const sum = new Map<string, number>();
    for (const { partition } of this.#held.values()) {
      for (const [name, count] of partition.counts) sum.set(name, (sum.get(name) ?? 0) + count);
    }
    return sum;
  }

  settled(): boolean {
    const wanted = this.#wanted(this.#membership.alive());
    return this.#taking.size === 0 && [...wanted].every((name) => this.#held.has(name));
  }

  problems(): string[] {
    return [...this.#problems.values()].reverse();
  }

  async stop(): Promise<void> {
    this.#leaving = true;
    this.#cancel();
    this.#announce();
    const haveEnded = await this.#allEnded();
    const left = this.#membership.leave();
    if (haveEnded) await left;
  }

  /** False: NATS does not answer, and what is under way would wait for it longer than stopping may take. */
  async #allEnded(): Promise<boolean> {
    const { clock, log } = this.#deps;
    const since = clock.monotonic();
    const ended = this.#endAll();
    while (!(await within(clock, LOOK_EVERY, ended))) {
      if (this.#membership.valid() || clock.monotonic() - since < LEAST_TO_END) continue;
      log.warn(
        { event: 'worker.left-behind', partitions: [...this.#held.keys()] },
        'NATS does not answer: what was under way is decided again by the next owner',
      );
      return false;
    }
    return true;
  }

  async #endAll(): Promise<void> {
    await Promise.all(this.#taking.values());
    for (const holding of this.#held.values()) this.#release(holding);
    await Promise.all(Array.from(this.#held.values(), ({ ended }) => ended));
  }

  #tick(): void {
    this.#reconcile();
    this.#cancel = this.#deps.clock.after(LOOK_EVERY, () => this.#tick());
  }

  #wanted(alive: readonly WorkerView[]): Set<PartitionName> {
    const ids = alive.filter(({ leaving }) => !leaving).map(({ id }) => id);
    const assigned = assign(this.#names, ids.sort());
    return new Set(this.#names.filter((name) => assigned.get(name) === this.#membership.id));
  }

  #reconcile(): void {
    if (this.#leaving) return;
    const alive = this.#membership.alive();
    const wanted = this.#wanted(alive);
    const others = alive.filter(({ id }) => id !== this.#membership.id);
    const now = this.#deps.clock.monotonic();
    for (const name of this.#inOrder) {
      const holding = this.#held.get(name);
      const rival = Math.max(0, ...others.map(({ holds }) => holds.get(name) ?? 0));
      if (holding !== undefined) {
        // A newer fence than ours: our next append would be refused. An unwanted one goes to whoever should have it.
        if (rival > holding.partition.epoch || !wanted.has(name)) this.#release(holding);
      } else if (
        wanted.has(name) &&
        rival === 0 &&
        !this.#taking.has(name) &&
        now >= (this.#notBefore.get(name) ?? 0) &&
        (this.#taking.size < RECOVERED_AT_ONCE || now - this.#tookAt >= OTHERS_WAIT)
      ) {
        this.#tookAt = now;
        this.#taking.set(name, this.#take(name));
      }
    }
  }

  #release(holding: Holding): void {
    if (holding.releasing) return;
    holding.releasing = true;
    holding.partition.release();
  }

  async #take(name: PartitionName): Promise<void> {
    const { log } = this.#deps;
    try {
      const partition = await takePartition(this.#deps, name, this.#membership.id);
      const holding: Holding = { partition, ended: this.#run(partition), releasing: false };
      this.#held.set(name, holding);
      this.#problems.delete(name);
      log.debug({ event: 'partition.taken', partition: name, epoch: partition.epoch }, 'partition taken');
      this.#announce();
    } catch (error) {
      this.#pause(name, error);
    } finally {
      this.#taking.delete(name);
    }
    this.#reconcile();
  }

  async #run(partition: Partition): Promise<void> {
    const { name } = partition;
    try {
      await partition.run();
      this.#deps.log.info({ event: 'partition.released', partition: name }, 'partition released');
    } catch (error) {
      this.#pause(name, error);
    }
    this.#held.delete(name);
    this.#announce();
    this.#reconcile();
  }

  #pause(name: PartitionName, error: unknown): void {
    const lost = error instanceof OwnershipLost;
    this.#deps.log.warn(
      { event: lost ? 'partition.lost' : 'partition.failed', partition: name, error },
      lost ? 'another worker owns the partition' : 'the partition stopped; it is recovered from its journal',
    );
    if (!lost) this.#problems.set(name, `${name}: ${(error as Error).message}`);
    this.#notBefore.set(name, this.#deps.clock.monotonic() + PAUSE_AFTER_FAILURE);
  }

  #announce(): void {
    const holds = new Map(Array.from(this.#held, ([name, { partition }]) => [name, partition.epoch] as const));
    this.#membership.announce(holds, this.#leaving);
  }
}
