/**
 * Only one set-up at a time works on a checkout.
 *
 * The lock is a file that names its holder and the programs that the holder runs. It counts as held while one of them is
 * alive: after a kill -9 of the set-up alone, its npm may still write. A process is known by its pid and its start
 * time, since a restarted container hands out the same pids again.
 */

import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A lock of another machine or container on the same files cannot be asked; it is believed for this long. */
const FOREIGN_LOCK_MS = 15 * 60_000;

/**
 * Resolves to the lock once this process holds it. `onWait` is called once with what holds it, when it has to wait.
 *
 * @param {string} file
 * @param {(held: { holder?: { pid: number } }) => void} onWait
 */
export async function takeLock(file, onWait = () => {}, pollMs = 250) {
  mkdirSync(dirname(file), { recursive: true });
  let waiting = false;
  for (;;) {
    const lock = tryLock(file);
    if (lock) return lock;
    const holder = readLock(file);
    if (holder === null) continue;
    if (!isHeld(file, holder) && removeStale(file, holder)) continue;
    if (!waiting) onWait(holder);
    waiting = true;
    await wait(pollMs);
  }
}

function tryLock(file) {
  const content = { host: hostname(), holder: identity(process.pid), programs: [] };
  const draft = `${file}.${process.pid}`;
  const write = () => writeFileSync(draft, JSON.stringify(content));
  write();
  try {
    // A link appears at once with its whole content; no one can read a lock that is half written.
    linkSync(draft, file);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return null;
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    /** From now on the lock is held by the program, too. */
    running(pid) {
      content.programs = [...content.programs.filter(isAlive), identity(pid)];
      write();
      renameSync(draft, file);
    },
    release() {
      rmSync(file, { force: true });
    },
  };
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    return {};
  }
}

function isHeld(file, { host, holder, programs = [] }) {
  if (host === hostname()) return [holder, ...programs].some(isAlive);
  if (host === undefined) return false;
  try {
    return Date.now() - statSync(file).mtimeMs < FOREIGN_LOCK_MS;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Of several that find the same stale lock, one removes it: what a slower one would remove is the lock that was taken meanwhile. Who
 * removes it holds a lock of the same kind, so that one who crashes here is taken over, too. False: another is about it.
 */
function removeStale(file, stale) {
  const takeover = `${file}.takeover`;
  const lock = tryLock(takeover);
  if (lock === null) {
    const holder = readLock(takeover);
    return holder === null || (!isHeld(takeover, holder) && removeStale(takeover, holder));
  }
  if (JSON.stringify(readLock(file)) === JSON.stringify(stale)) rmSync(file, { force: true });
  lock.release();
  return true;
}

function identity(pid) {
  return { pid, startedAt: startTime(pid) };
}

function isAlive(process) {
  if (!process) return false;
  const startedAt = startTime(process.pid);
  return startedAt !== null && startedAt === process.startedAt;
}

/** Something that tells two processes of the same pid apart, or null when there is no such process. */
function startTime(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field, the name in brackets, may hold blanks; counted from behind it, the start time is the 20th.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
