/**
 * One Herald per data folder: a second one would give the same files two owners. The lock is a file that names its owner, a process by
 * its pid and its start time; that of one which is gone is taken over, by whoever holds a lock for just that.
 */

import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { startTime } from './process-identity.ts';
import { StartFailed } from './start-failed.ts';

/** Throws StartFailed when another process has it. The returned function gives the folder free; after a crash the next start finds the owner gone. */
export function lockData(folder: string): () => void {
  makeFolder(folder);
  const file = join(folder, 'herald.pid');
  const owner = acquire(file);
  if (owner !== null)
    throw new StartFailed(`${folder} is in use by process ${owner}; stop it first, or set HERALD_DATA`);
  return () => release(file);
}

/** Who has the lock; null: this process, now. Of several that try at once one gets it. */
function acquire(file: string): number | null {
  while (!take(file)) {
    const found = contentOf(file);
    const owner = found === null ? null : (livingOwner(found) ?? removeStale(file, found));
    if (owner !== null) return owner;
  }
  return null;
}

/** Nobody ever reads half of it: a link appears whole, or not at all. */
function take(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${process.pid} ${startTime(process.pid)}`);
    linkSync(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // Of a write that fails Node does not say in which file.
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new StartFailed(`${draft}: ${(error as Error).message}`, { cause: error });
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Of several that find the same stale one, one removes it: what a slower one would remove is the lock that was taken meanwhile. Who
 * removes it holds a lock of the same kind, so that one who crashes here is taken over, too. The owner of that one, where it is another.
 */
function removeStale(file: string, stale: string): number | null {
  const takeover = `${file}.takeover`;
  const other = acquire(takeover);
  if (other !== null) return other;
  if (contentOf(file) === stale) release(file);
  release(takeover);
  return null;
}

function release(file: string): void {
  rmSync(file, { force: true });
}

/** Null: it has been given free. Throws StartFailed when nobody can say whose it is. */
function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StartFailed(`The lock ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function livingOwner(content: string): number | null {
  const [, pid, started] = /^(\d+) (.+)$/.exec(content) ?? [];
  if (pid === undefined || Number(pid) === process.pid) return null;
  return startTime(Number(pid)) === started ? Number(pid) : null;
}
