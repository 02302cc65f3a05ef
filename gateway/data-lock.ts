/**
 * One Herald per data folder: a second one would give the same files two owners. The lock is a file that names its owner, a process by
 * its pid and its start time; that of one which is gone is taken over.
 */

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { startTime } from './process-identity.ts';
import { StartFailed } from './start-failed.ts';

/** Throws StartFailed when another process has it. The returned function gives the folder free; after a crash the next start finds the owner gone. */
export function lockData(folder: string): () => void {
  makeFolder(folder);
  const file = join(folder, 'herald.pid');
  while (!take(file)) {
    const found = contentOf(file);
    const owner = livingOwner(found);
    if (owner !== null)
      throw new StartFailed(`${folder} is in use by process ${owner}; stop it first, or set HERALD_DATA`);
    removeStale(file, found);
  }
  return () => rmSync(file, { force: true });
}

/** Of several that start at once one gets it, and nobody ever reads half of it: a link appears whole, or not at all. */
function take(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${process.pid} ${startTime(process.pid)}`);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Of two that find the same stale one, one removes it; what was taken meanwhile, and moved by mistake, is put back. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (contentOf(aside) !== stale) linkSync(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

function livingOwner(content: string): number | null {
  const [, pid, started] = /^(\d+) (.+)$/.exec(content) ?? [];
  if (pid === undefined || Number(pid) === process.pid) return null;
  return startTime(Number(pid)) === started ? Number(pid) : null;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
