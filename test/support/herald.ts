/** The real `bin/herald` in a process of its own, as its users run it; it and what it started end with the test file. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../gateway/free-port.ts';
import { atEnd } from './leaks.ts';
import { isStopped, processTree, signal } from './processes.ts';
import { until } from './until.ts';

const BIN = fileURLToPath(new URL('../../bin/herald', import.meta.url));
/** Only a failing test waits so long: machines may be shared. */
const PATIENCE = 30_000;

export type HeraldRole = 'start' | 'ingress' | 'actors' | 'archive';

export interface HeraldOptions {
  /** `start` is everything in one process, with a nats-server of its own unless NATS_URL says otherwise. */
  readonly role?: HeraldRole;
  /** HERALD_DATA and HERALD_CONFIG at least. HERALD_LISTEN is a free port unless it is set. */
  readonly env: Readonly<Record<string, string>>;
}

export interface LogLine {
  readonly event?: string;
  readonly partition?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

export interface HeraldProcess {
  readonly pid: number;
  /** Where HTTP is served, if the role serves it: `http://127.0.0.1:port`. */
  readonly url: string;
  stdout(): string;
  /** Nobody reads its standard output any more. */
  hangUp(): void;
  stderr(): string;
  /** Its log lines with this event. */
  logged(event: string): LogLine[];
  /** Until it has said that it is ready and, where it serves HTTP, readyz agrees. */
  ready(): Promise<void>;
  /** Pids of the nats-server that it started; empty where it started none. */
  children(): number[];
  /** kill -9 of it and of everything that it started, in one go. */
  kill9Tree(): Promise<void>;
  kill9(): Promise<void>;
  /** Resolves when it stands still. */
  freeze(): Promise<void>;
  thaw(): void;
  /** SIGTERM; how it ended, and after how many milliseconds. */
  stop(): Promise<{ readonly code: number | null; readonly signal: string | null; readonly ms: number }>;
}

/** Removed with the test file, after what was started later. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'herald-fault-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function startHerald({ role = 'start', env }: HeraldOptions): Promise<HeraldProcess> {
  const listen = env.HERALD_LISTEN ?? `127.0.0.1:${await freePort()}`;
  const { NATS_URL: _, ...ours } = process.env;
  const child = spawn(BIN, role === 'start' ? ['start'] : ['run', role], {
    env: { ...ours, ...env, HERALD_LISTEN: listen },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${BIN} could not be started`);
  const output = { stdout: collected(child.stdout), stderr: collected(child.stderr) };
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killTree = () => {
    for (const one of processTree(pid)) signal(one, 'SIGKILL');
  };
  // A test process that dies on an uncaught error runs no hooks; what it started must not outlive it.
  process.once('exit', killTree);
  void ended.then(() => process.removeListener('exit', killTree));
  const url = `http://${listen}`;
  const saidReady = role === 'start' ? 'Herald is ready' : `herald ${role} runs`;

  /** What a kill -9 of it alone left behind. */
  const orphans: number[] = [];
  const kill9Tree = async () => {
    killTree();
    for (const orphan of orphans) signal(orphan, 'SIGKILL');
    await ended;
  };
  atEnd(kill9Tree);
  return {
    pid,
    url,
    stdout: output.stdout,
    hangUp: () => void child.stdout.destroy(),
    stderr: output.stderr,
    logged: (event) => logLines(output.stderr()).filter((line) => line.event === event),
    async ready() {
      const seen = () => ({ ended: child.exitCode ?? child.signalCode, stderr: output.stderr().slice(-2000) });
      await until(`herald ${role} to be ready`, () => hasEnded(child) || output.stdout().includes(saidReady), {
        timeoutMs: PATIENCE,
        seen,
      });
      if (hasEnded(child)) throw new Error(`herald ${role} ended: ${JSON.stringify(seen())}`);
      if (role === 'actors' || role === 'archive') return;
      await until('readyz', async () => (await fetch(`${url}/readyz`)).ok, { timeoutMs: PATIENCE, everyMs: 20, seen });
    },
    children: () => processTree(pid).slice(1),
    kill9Tree,
    async kill9() {
      orphans.push(...processTree(pid).slice(1));
      signal(pid, 'SIGKILL');
      await ended;
    },
    async freeze() {
      signal(pid, 'SIGSTOP');
      await until('the process to stand still', () => isStopped(pid));
    },
    thaw: () => signal(pid, 'SIGCONT'),
    async stop() {
      const since = performance.now();
      signal(pid, 'SIGTERM');
      const insist = setTimeout(killTree, PATIENCE);
      await ended;
      clearTimeout(insist);
      return { code: child.exitCode, signal: child.signalCode, ms: performance.now() - since };
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function collected(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function logLines(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as LogLine] : [];
    } catch {
      return [];
    }
  });
}
