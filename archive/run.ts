/**
 * The archive role: for each partition one loop has its journal projected and its public events published behind that, together with
 * what the others have by then; one responder answers queries. Whatever fails is reported, and its loop goes on from the cursors
 * after a pause.
 */

import type { Bus } from '../bus/connection.ts';
import { eventMaskReader } from '../bus/event-masks.ts';
import type { PartitionName } from '../bus/partition.ts';
import { publishAcknowledged } from '../bus/publish.ts';
import { StreamReplaced } from '../bus/stream-reader.ts';
import { journalStream } from '../bus/subjects.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';
import { answerQueries } from './answer.ts';
import { cursorOf } from './cursors.ts';
import { type ArchiveDatabase, ArchiveUnusable, openArchive } from './database.ts';
import { noteDormant } from './dormancy.ts';
import { eventMasker } from './event-masks.ts';
import { Failures } from './failures.ts';
import type { JournalSource } from './journal-source.ts';
import { checkOrigin, type Journal } from './origin.ts';
import { Projector } from './project.ts';
import { EventPublisher } from './publish-events.ts';
import { forget } from './retention.ts';
import { Rounds } from './rounds.ts';
import { Turns } from './turns.ts';

export interface ArchiveOptions {
  readonly bus: Bus;
  readonly journal: JournalSource;
  readonly partitions: readonly PartitionName[];
  readonly databaseFile: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What ended this many days ago is deleted. Default 30. */
  readonly retentionDays?: number;
}

export interface PartitionLag {
  readonly partition: PartitionName;
  readonly projected: number;
  readonly published: number;
  /** Last sequence of the journal. */
  readonly last: number;
}

export interface RunningArchive {
  lag(): Promise<PartitionLag[]>;
  /** Why it takes nothing more, until it is started anew; null while it does. */
  unusable(): string | null;
  /** What keeps it from taking more, for as long as that fails again and again; null while it gets on. */
  heldUp(): string | null;
  /** Stops after what is under way; nothing is lost by it. */
  close(): Promise<void>;
}

const PAUSE_AFTER_FAILURE = 1000;
const DAY = 86_400_000;
const FORGET_EVERY = DAY / 4;
const PUBLISH_PATIENCE = 10_000;
/** Of a publication that is under way when the archive has to stop. Milliseconds. */
const LAST_PUBLICATION = 2000;
/** Subject and headers count against the server's limit too. */
const ENVELOPE = 1024;

/** Throws ArchiveUnusable when the file cannot be used, or belongs to other journals than these. */
export async function runArchive(options: ArchiveOptions): Promise<RunningArchive> {
  const database = await openArchive(options.databaseFile);
  try {
    for (const journal of await lagsOf(database, options)) await checkOrigin(database, journal, journal.projected);
  } catch (error) {
    await database.close();
    throw error;
  }
  const stop = new AbortController();
  const role = new Role(options, database, stop.signal);
  const loops = options.partitions.map((partition) => role.following(partition));
  loops.push(role.forgetting());
  const responder = answerQueries(options.bus.nc, database.reader, options.log);
  return {
    lag: () => lagsOf(database, options),
    unusable: () => role.unusable,
    heldUp: () => role.failures.heldUp(),
    async close() {
      stop.abort();
      await responder.close();
      await Promise.all(loops);
      await database.close();
    },
  };
}

class Role {
  readonly #options: ArchiveOptions;
  readonly #database: ArchiveDatabase;
  readonly #signal: AbortSignal;
  readonly #turns: Turns;
  readonly #projecting: Rounds;
  readonly #publishing: Rounds;
  /** Why it takes nothing more; null while it does. */
  unusable: string | null = null;
  readonly failures: Failures;

  constructor(options: ArchiveOptions, database: ArchiveDatabase, signal: AbortSignal) {
    const { bus, log } = options;
    this.#options = options;
    this.failures = new Failures(options.clock);
    this.#database = database;
    this.#signal = signal;
    this.#turns = new Turns(signal);
    const projector = new Projector(database, log);
    this.#projecting = new Rounds(async (batches) => {
      await this.#turns.take(() => projector.project(batches));
    });
    const sink = async (subject: string, messageId: string, body: string) => {
      await publishAcknowledged(bus, subject, body, { messageId, patience: PUBLISH_PATIENCE });
    };
    const masks = eventMasker(eventMaskReader(bus));
    const publisher = new EventPublisher(database, sink, bus.maxPayload - ENVELOPE, masks);
    this.#publishing = new Rounds((batches) => publisher.publish(batches));
  }

  /** Each journal is read once: a batch is projected, and published while the next one is. */
  async following(partition: PartitionName): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#signal.aborted) {
      try {
        await this.#follow(partition);
      } catch (error) {
        // What that means is found below, and said once for all journals.
        if (!(error instanceof StreamReplaced)) {
          log.error({ event: 'archive.failed', partition, error }, 'the archive is held up');
          this.failures.note(partition, error);
        }
      }
      await pause(clock, PAUSE_AFTER_FAILURE, this.#signal);
      await this.#checkOrigin(partition);
    }
  }

  /** NATS may have come back with other journals. Nothing of those is taken: a person has to put the file away first. */
  async #checkOrigin(partition: PartitionName): Promise<void> {
    const { bus, log } = this.#options;
    // A NATS that hangs would be waited for.
    if (this.#signal.aborted) return;
    try {
      const lag = await lagOf(partition, this.#database, bus);
      await checkOrigin(this.#database, lag, lag.projected);
    } catch (error) {
      // Else it is asked again, as soon as reading fails again.
      if (!(error instanceof ArchiveUnusable)) return;
      if (this.unusable === null)
        log.error({ event: 'archive.unusable', partition, error }, 'the archive stands still');
      // What was logged, and no other journal's.
      this.unusable ??= error.message;
      await aborted(this.#signal);
    }
  }

  async #follow(partition: PartitionName): Promise<void> {
    const { seq, published } = await cursorOf(this.#database.writer, partition);
    let publishing: Promise<void> = Promise.resolve();
    try {
      for await (const records of this.#options.journal.read(partition, Math.min(seq, published) + 1, this.#signal)) {
        await this.#projecting.take({ partition, records });
        await this.#heard(publishing);
        if (this.#signal.aborted) return;
        publishing = this.#publishing.take({ partition, records });
        // Looked at with the next batch; meanwhile nobody else would.
        publishing.then(
          () => this.failures.forget(partition),
          () => undefined,
        );
      }
    } finally {
      await this.#heard(publishing);
    }
  }

  /** Once told to stop only for a moment: what NATS has not answered by then the next archive publishes again, under the same ids. */
  async #heard(publishing: Promise<void>): Promise<void> {
    const { promise: overdue, resolve } = Promise.withResolvers<void>();
    let cancel = () => {};
    const begin = () => {
      cancel = this.#options.clock.after(LAST_PUBLICATION, resolve);
    };
    this.#signal.addEventListener('abort', begin, { once: true });
    if (this.#signal.aborted) begin();
    try {
      await Promise.race([publishing, overdue]);
    } finally {
      this.#signal.removeEventListener('abort', begin);
      cancel();
    }
  }

  async forgetting(): Promise<void> {
    const { clock, log, retentionDays = 30 } = this.#options;
    while (!this.#signal.aborted) {
      await pause(this.#options.clock, FORGET_EVERY, this.#signal);
      if (this.#signal.aborted) return;
      try {
        await this.#turns.take(() => noteDormant(this.#database, clock.now()));
        const rows = await forget(this.#database, clock.now() - retentionDays * DAY, this.#signal);
        log.info({ event: 'archive.forgotten', rows }, 'old rows deleted');
      } catch (error) {
        log.error({ event: 'archive.retention-failed', err: error }, 'old rows could not be deleted');
      }
    }
  }
}

function lagsOf(database: ArchiveDatabase, { bus, partitions }: ArchiveOptions): Promise<(PartitionLag & Journal)[]> {
  return Promise.all(partitions.map((partition) => lagOf(partition, database, bus)));
}

async function lagOf(partition: PartitionName, { writer }: ArchiveDatabase, bus: Bus): Promise<PartitionLag & Journal> {
  const { state, created } = await bus.jsm.streams.info(journalStream(partition));
  const { seq, published } = await cursorOf(writer, partition);
  return { partition, projected: seq, published, last: state.last_seq, made: created };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
