/** Where it was measured: figures of another machine say little. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  readonly nats: string;
  /** Load average of the minute before: near zero on a quiet machine. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
    nats: natsVersion(),
    loadBefore: loadavg()[0] ?? 0,
  };
}

function natsVersion(): string {
  for (const program of ['nats-server', '/usr/sbin/nats-server']) {
    try {
      return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        .replace(/^nats-server:?\s*/, '')
        .trim();
    } catch {
      // Not in this place.
    }
  }
  return 'not found';
}

export interface ProcessFigures {
  /** MB. */
  readonly rss: number;
  /** User and system time of all its threads, in seconds. */
  readonly cpu: number;
}

/** proc(5): VmRSS in kB; utime and stime (fields 14 and 15 of stat) in ticks of 10 ms. */
export function figuresOf(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rss = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
  return { rss, cpu: (Number(fields[11]) + Number(fields[12])) / 100 };
}
