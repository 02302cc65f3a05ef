/** One Herald per data folder: a second one would give the same files two owners. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartFailed } from './start-failed.ts';

/** Throws StartFailed when another process has it. The returned function gives the folder free; after a crash the next start finds the owner gone. */
export function lockData(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'herald.pid');
  const owner = livingOwner(file);
  if (owner !== null)
    throw new StartFailed(`${folder} is in use by process ${owner}; stop it first, or set HERALD_DATA`);
  writeFileSync(file, `${process.pid} ${startTime(process.pid)}`);
  return () => rmSync(file, { force: true });
}

function livingOwner(file: string): number | null {
  try {
    const [pid = '', started = ''] = readFileSync(file, 'utf8').split(' ');
    // The number may have been given to another process since: its start time tells.
    return startTime(Number(pid)) === started && Number(pid) !== process.pid ? Number(pid) : null;
  } catch {
    return null;
  }
}

/** Field 22 of /proc/PID/stat (proc(5)); throws when there is no such process. */
function startTime(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
