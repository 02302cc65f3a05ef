/** One Herald per data folder: a second one would give the same files two owners. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTime } from './process-identity.ts';
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
  const [, pid, started] = /^(\d+) (.+)$/.exec(contentOf(file)) ?? [];
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
