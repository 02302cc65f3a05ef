/**
 * The role that projects the journals into the archive and answers queries about it. Beside other roles it runs in a thread
 * of its own: SQLite is synchronous, and must not hold up those who accept and decide.
 */

import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { letTextsGo } from '../alert/shared-text.ts';
import type { ArchiveUnusable } from '../archive/database.ts';
import { journalSource } from '../archive/journal-source.ts';
import { type RunningArchive, runArchive } from '../archive/run.ts';
import { type Bus, connectBus } from '../bus/connection.ts';
import { type PartitionCount, partitionNames } from '../bus/partition.ts';
import { META_BUCKET } from '../bus/subjects.ts';
import { systemClock } from '../telemetry/clock.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import type { Environment } from './environment.ts';
import { keepThread } from './kept-thread.ts';
import { makeFolder } from './make-folder.ts';
import { StartFailed } from './start-failed.ts';

const REPORT_EVERY = 5000;

export interface ArchiveRole {
  stop(): Promise<void>;
}

/** What the thread is given to start with. */
export interface ArchiveThreadData {
  readonly natsUrl: string;
  readonly count: PartitionCount;
  readonly databaseFile: string;
  readonly logLevel: string;
}

export interface ArchiveRoleOptions {
  readonly environment: Environment;
  readonly natsUrl: string;
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly inThread: boolean;
  readonly log: Log;
}

/** Throws StartFailed when its file cannot be used. */
export async function startArchive(options: ArchiveRoleOptions): Promise<ArchiveRole> {
  try {
    return await launchArchive(options);
  } catch (error) {
    // By its code: one that comes from the thread is no instance of its class any more.
    if (error instanceof Error && (error as Partial<ArchiveUnusable>).code === 'archive.unusable')
      throw new StartFailed(error.message, { cause: error });
    throw error;
  }
}

async function launchArchive(options: ArchiveRoleOptions): Promise<ArchiveRole> {
  const { environment, natsUrl, bus, count, inThread, log } = options;
  makeFolder(environment.data);
  const databaseFile = join(environment.data, 'archive.sqlite');
  if (!inThread) {
    return openArchive(bus, count, databaseFile, log);
  }
  const data: ArchiveThreadData = { natsUrl, count, databaseFile, logLevel: environment.logLevel };
  return keepThread(new URL('./archive-thread.ts', import.meta.url), data, systemClock, log);
}

/** The archive, and word of how far it is: journals are purged behind that. */
async function openArchive(bus: Bus, count: PartitionCount, databaseFile: string, log: Log): Promise<ArchiveRole> {
  letTextsGo();
  const archive = await runArchive({
    bus,
    journal: journalSource(bus),
    partitions: partitionNames(count),
    databaseFile,
    clock: systemClock,
    log,
  });
  const meta = await bus.kvm.open(META_BUCKET);
  let cancel = () => {};
  const report = async () => {
    try {
      await reportProgress(archive, meta);
    } catch (error) {
      log.warn({ event: 'archive.progress-not-told', error }, 'journals are not purged until this succeeds');
    }
    cancel = systemClock.after(REPORT_EVERY, () => void report());
  };
  await report();
  return {
    async stop() {
      cancel();
      await archive.close();
    },
  };
}

async function reportProgress(archive: RunningArchive, meta: { put(key: string, value: string): Promise<number> }) {
  for (const { partition, projected, published } of await archive.lag()) {
    await meta.put(`projected.${partition}`, String(Math.min(projected, published)));
  }
}

/** Runs in the thread: resolves once told to stop. */
export async function runArchiveThread(
  data: ArchiveThreadData,
  opened: () => void,
  told: Promise<void>,
): Promise<void> {
  const log = createLog(data.logLevel);
  // On Linux of this thread alone: where time is short, deciding and delivering come first, and the archive catches up.
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const bus = await connectBus({ url: data.natsUrl, name: 'herald archive', log });
  const archive = await openArchive(bus, data.count, data.databaseFile, log);
  opened();
  await told;
  await archive.stop();
  await bus.close();
}
