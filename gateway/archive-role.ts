/**
 * The role that projects the journals into the archive and answers queries about it. Beside other roles it runs in a thread
 * of its own: SQLite is synchronous, and must not hold up those who accept and decide.
 */

import { join } from 'node:path';
import type { ArchiveUnusable } from '../archive/database.ts';
import type { Bus } from '../bus/connection.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { ArchiveThreadData, ArchiveThreadWord } from './archive-thread.ts';
import type { Environment } from './environment.ts';
import { type KeptThread, keepThread } from './kept-thread.ts';
import { makeFolder } from './make-folder.ts';
import { StartFailed } from './start-failed.ts';

export interface ArchiveRole {
  /** What keeps it from its work, for people; null: nothing. */
  problem(): string | null;
  stop(): Promise<void>;
}

export interface ArchiveRoleOptions {
  readonly environment: Pick<Environment, 'data' | 'logLevel'>;
  readonly natsUrl: string;
  readonly bus: Bus;
  readonly count: PartitionCount;
  readonly inThread: boolean;
  readonly log: Log;
  /** What holds up its start in the thread. */
  tell(why: string | null): void;
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
  const { environment, natsUrl, bus, count, inThread, log, tell } = options;
  makeFolder(environment.data);
  const databaseFile = join(environment.data, 'archive.sqlite');
  if (!inThread) {
    // Only here: beside a thread that has it, the database would be loaded for nothing.
    const { openReportedArchive } = await import('./reported-archive.ts');
    return openReportedArchive(bus, count, databaseFile, log);
  }
  const data: ArchiveThreadData = { natsUrl, count, databaseFile, logLevel: environment.logLevel };
  let problem: string | null = null;
  let isOpen = false;
  const thread = await keepThread(new URL('./archive-thread.ts', import.meta.url), {
    workerData: data,
    clock: systemClock,
    log,
    heard(message) {
      ({ problem } = message as ArchiveThreadWord);
      if (!isOpen) tell(problem);
    },
  });
  isOpen = true;
  return { problem: () => problemOf(thread) ?? problem, stop: () => thread.stop() };
}

function problemOf(thread: KeptThread): string | null {
  const problem = thread.problem();
  return problem === null ? null : `the thread of the archive: ${problem}`;
}
