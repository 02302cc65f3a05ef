/** A real nats-server with JetStream in a process of its own: free port, own folder, loopback only, ended with the file. */

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { atEnd } from './leaks.ts';
import { isStopped, signal } from './processes.ts';
import { until } from './until.ts';

export interface NatsOptions {
  /** Lines added to the server's configuration file. */
  readonly config?: string;
  /** Bytes that JetStream may keep on disk. A full disk wedges the server, so there is always a bound. */
  readonly maxFileStore?: number;
}

export interface NatsServer {
  /** `nats://127.0.0.1:port`; stays the same across `restart`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** JetStream's folder; kept until `stop`, also over `kill9` and `restart`. */
  readonly storeDir: string;
  /** Ends it as a crash would and resolves when the process is gone. */
  kill9(): Promise<void>;
  /** Stops the process in place (SIGSTOP), and resolves when it stands still, or lets it go on: a peer that hangs without closing its sockets. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Starts it again (after ending it, if it runs) on the same port and the same store. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. Called at the end of the test file in any case. */
  stop(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  readonly gone: Promise<void>;
}

export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'herald-nats-'));
  let running: Running | null = null;
  const stop = async () => {
    if (running !== null) await end(running, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  atEnd(stop);
  const first = await launch(folder, -1, options);
  running = first;
  const current = (): Running => running ?? first;
  return {
    url: `nats://127.0.0.1:${first.port}`,
    port: first.port,
    get pid() {
      return current().pid;
    },
    storeDir: join(folder, 'store'),
    kill9: () => end(current(), 'SIGKILL'),
    async freeze() {
      const { pid } = current();
      signal(pid, 'SIGSTOP');
      await until('nats-server to stand still', () => isStopped(pid));
    },
    thaw: () => void current().child.kill('SIGCONT'),
    async restart() {
      await end(current(), 'SIGTERM');
      running = await launch(folder, first.port, options);
    },
    stop,
  };
}

async function launch(folder: string, port: number, options: NatsOptions): Promise<Running> {
  const config = join(folder, 'nats.conf');
  const log = join(folder, 'nats.log');
  writeFileSync(config, configuration(folder, port, options));
  const output = openSync(log, 'a');
  const child = spawn(findNatsServer(), ['-c', config], { stdio: ['ignore', output, output] });
  closeSync(output);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // A test process that dies on an uncaught error runs no hooks; its server must not outlive it.
  const killWithUs = () => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void gone.then(() => process.removeListener('exit', killWithUs));
  const pid = child.pid;
  if (pid === undefined) throw new Error('nats-server could not be started');
  const url = await until(
    'nats-server to listen',
    () => (hasEnded(child) ? 'ended' : readUrl(join(folder, `nats-server_${pid}.ports`))),
    { seen: () => tail(log) },
  );
  if (url === 'ended') throw new Error(`nats-server ended at once:\n${tail(log)}`);
  return { child, pid, port: Number(new URL(url).port), gone };
}

function configuration(folder: string, port: number, options: NatsOptions): string {
  return [
    'host: "127.0.0.1"',
    `port: ${port}`,
    `ports_file_dir: ${JSON.stringify(folder)}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(folder, 'store'))}`,
    '  max_memory_store: 67108864',
    `  max_file_store: ${options.maxFileStore ?? 1_073_741_824}`,
    '}',
    options.config ?? '',
    '',
  ].join('\n');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The client URL from the ports file, which the server writes once it listens; null until then. */
function readUrl(path: string): string | null {
  const ports = JSON.parse(readFileSync(path, 'utf8')) as { nats?: string[] };
  return ports.nats?.[0] ?? null;
}

async function end(running: Running, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  // A frozen process does not see SIGTERM until it goes on.
  running.child.kill('SIGCONT');
  running.child.kill(signal);
  const insist = setTimeout(() => running.child.kill('SIGKILL'), 5_000);
  await running.gone;
  clearTimeout(insist);
}

/** Full path of nats-server: from PATH, else where Debian puts it. */
export function findNatsServer(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  for (const folder of folders) {
    const path = join(folder, 'nats-server');
    if (isExecutable(path)) return path;
  }
  throw new Error(`no nats-server in ${folders.join(', ')}; on Debian: apt-get install nats-server`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-2_000);
  } catch {
    return '(no log)';
  }
}
