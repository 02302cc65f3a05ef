/** The entry of the archive's thread: says when it is open, ends when it is told to. */

import { parentPort, workerData } from 'node:worker_threads';
import { type ArchiveThreadData, runArchiveThread } from './archive-role.ts';

const port = parentPort;
if (port === null) throw new Error('archive-thread.ts is run as a worker thread');
const told = new Promise<void>((resolve) => port.once('message', () => resolve()));
await runArchiveThread(workerData as ArchiveThreadData, () => port.postMessage('open'), told);
// The thread alone, whatever is open in it still: a NATS that takes connections and never answers one keeps them for ever.
process.exit();
