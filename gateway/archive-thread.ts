/** The archive's thread: says when it is open and what keeps it from its work, ends when it is told to. */

import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { connectBus } from '../bus/connection.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { systemClock } from '../telemetry/clock.ts';
import { createLog } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';
import { within } from '../telemetry/within.ts';
import type { ArchiveRole } from './archive-role.ts';
import { READY } from './kept-thread.ts';
import { patiently } from './patiently.ts';
import { openReportedArchive } from './reported-archive.ts';

/** What it is given to start with. */
export interface ArchiveThreadData {
  readonly natsUrl: string;
  readonly count: PartitionCount;
  readonly databaseFile: string;
  readonly logLevel: string;
}

/** What it says of itself, again whenever that is another. */
export interface ArchiveThreadWord {
  /** As of ArchiveRole; before it is open, what a person has to mend at NATS. */
  readonly problem: string | null;
}

/** What it had under way is in the journals for the next archive: a NATS that hangs is not to take all of the time that stopping has. Milliseconds. */
const STOP_TIME = 2000;
/** How often it looks whether it has something else to say. Milliseconds. */
const LOOK_EVERY = 1000;

const port = parentPort;
if (port === null) throw new Error('archive-thread.ts is run as a worker thread');
const told = new Promise<void>((resolve) => port.once('message', () => resolve()));
const { natsUrl, count, databaseFile, logLevel } = workerData as ArchiveThreadData;
const log = createLog(logLevel);
// On Linux of this thread alone: where time is short, deciding and delivering come first, and the archive catches up.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const stop = new AbortController();
void told.then(() => stop.abort());
const { signal } = stop;
const tell = (problem: string | null) => port.postMessage({ problem } satisfies ArchiveThreadWord);
const bus = await patiently(() => connectBus({ url: natsUrl, name: 'herald archive', log, signal }), signal, log, tell);
const archive = bus && (await patiently(() => openReportedArchive(bus, count, databaseFile, log), signal, log, tell));
port.postMessage(READY);
if (archive !== null) await tellProblems(archive);
if (!(await within(systemClock, STOP_TIME, stopAll())))
  log.warn({ event: 'archive.left-behind' }, 'NATS does not answer: what was under way is left to the next archive');
// The thread alone, whatever is open in it still: a NATS that takes connections and never answers one keeps them for ever.
process.exit();

async function stopAll(): Promise<void> {
  await archive?.stop();
  await bus?.close();
}

/** Until it is told to end. */
async function tellProblems({ problem }: ArchiveRole): Promise<void> {
  let last: string | null | undefined;
  while (!signal.aborted) {
    const now = problem();
    // The first time as well when it is nothing: the thread before this one may have said otherwise.
    if (now !== last) tell(now);
    last = now;
    await pause(systemClock, LOOK_EVERY, signal);
  }
}
