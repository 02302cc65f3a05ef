/** Looking at and signalling processes by their ids, as Linux shows them under /proc. */

import { readdirSync, readFileSync } from 'node:fs';

/** `root` and everything that descends from it, parents first. Empty when `root` is gone. */
export function processTree(root: number): number[] {
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent);
  const tree: number[] = isRunning(root) ? [root] : [];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []).map((child) => child.pid));
  return tree;
}

/** False for a zombie: it holds nothing any more. */
export function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.state !== 'Z' && stat.state !== 'X';
}

/** True while the process is stopped in place (SIGSTOP). */
export function isStopped(pid: number): boolean {
  return readStat(pid)?.state === 'T';
}

/** A process that is gone already is what was wanted. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

function allProcesses(): Stat[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
}

/** proc(5): pid (name) state ppid ...; the name may hold spaces and brackets. */
function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), state };
  } catch {
    return null;
  }
}
