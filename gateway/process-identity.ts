/** Which process a pid is that somebody wrote down: numbers are given again, and by a container that starts anew always the same. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Something that tells two processes of the same pid apart; null: there is none, or one that has ended. */
export function startTime(pid: number, platform = process.platform): string | null {
  if (platform !== 'linux') return ps('lstart', pid);
  const stat = read(`/proc/${pid}/stat`);
  // proc(5): the second field, the name in brackets, may hold blanks; counted from behind it, the start time is the 20th.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

/** The words that it was started with; null: there is no such process, or one that has ended. */
export function commandLine(pid: number, platform = process.platform): string | null {
  // A zombie has an empty one.
  return (platform === 'linux' ? read(`/proc/${pid}/cmdline`) : ps('command', pid)) || null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** ps(1) of POSIX; 'lstart' is one of macOS and the BSDs. */
function ps(column: 'lstart' | 'command', pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
