/**
 * The embedded default: a nats-server of our own, on a private port, with its data below HERALD_DATA. It is watched and
 * started again when it ends; its port stays the same, so that clients find it again. It asks for a password that only this process and
 * its configuration file have: whoever else is on this machine could otherwise do everything that Herald's own API refuses.
 * What it says goes to a file beside its data, anew at each start; what it said last when it ended by itself stands in Herald's log.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Log } from '../telemetry/log.ts';
import { freePort } from './free-port.ts';
import { commandLine } from './process-identity.ts';
import { StartFailed } from './start-failed.ts';

export interface NatsChild {
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export interface NatsChildOptions {
  readonly folder: string;
  /** Bytes that JetStream may store. */
  readonly maxFileStore: number;
  readonly log: Log;
}

/** Before it is started again; doubled each time while it ends at once. Milliseconds. */
const RESTART_PAUSE = 300;
const LONGEST_PAUSE = 10_000;
const AT_ONCE = 2000;
const STOP_TIME = 4000;
const USER = 'herald';

/** Throws StartFailed where there is no nats-server. Returns before the server answers: connecting is patient. */
export async function startNatsChild(options: NatsChildOptions): Promise<NatsChild> {
  const { folder, log } = options;
  mkdirSync(folder, { recursive: true });
  const program = findNatsServer();
  const pidFile = join(folder, 'nats-server.pid');
  await endLeftOver(pidFile, folder, log);
  const port = await freePort();
  const password = randomBytes(24).toString('base64url');
  const config = join(folder, 'nats-server.conf');
  // Anew: the mode of a file that is there would stay what it was.
  rmSync(config, { force: true });
  writeFileSync(config, configuration(port, password, folder, options.maxFileStore), { mode: 0o600 });

  const outputFile = join(folder, 'nats-server.log');
  let child: ChildProcess;
  let stopping = false;
  let ended = Promise.resolve();
  let pause = RESTART_PAUSE;
  const launch = () => {
    const since = performance.now();
    const output = openOutput(outputFile);
    // In a group of its own: Ctrl-C in a terminal is for Herald, which stops its server last.
    child = spawn(program, ['-c', config], { stdio: ['ignore', output, output], detached: true });
    if (output !== 'ignore') closeSync(output);
    if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
    ended = new Promise((resolve) => {
      child.once('error', (error) =>
        log.error({ event: 'nats.not-started', error }, 'nats-server could not be started'),
      );
      child.once('close', (code, signal) => {
        resolve();
        if (stopping) return;
        const said = lastWords(outputFile);
        log.error({ event: 'nats.ended', code, signal, said }, 'nats-server ended; it is started again');
        if (performance.now() - since >= AT_ONCE) pause = RESTART_PAUSE;
        setTimeout(() => !stopping && launch(), pause).unref();
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      });
    });
  };
  launch();
  // However this process ends (kill -9 apart), its server ends with it.
  const endWithUs = () => void child.kill('SIGTERM');
  process.once('exit', endWithUs);
  return {
    url: `nats://${USER}:${password}@127.0.0.1:${port}`,
    get pid() {
      return child.pid;
    },
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIME);
      await ended;
      clearTimeout(insist);
      process.off('exit', endWithUs);
      rmSync(pidFile, { force: true });
    },
  };
}

/** Without a file to write to it still serves. */
function openOutput(file: string): number | 'ignore' {
  try {
    return openSync(file, 'w', 0o600);
  } catch {
    return 'ignore';
  }
}

/** Its last lines, those about errors where there are some. */
function lastWords(file: string): readonly string[] {
  try {
    const lines = readFileSync(file, 'utf8').slice(-4096).trimEnd().split('\n');
    const bad = lines.filter((line) => /\[(ERR|FTL)\]/.test(line));
    return (bad.length > 0 ? bad : lines).slice(-3);
  } catch {
    return [];
  }
}

function configuration(port: number, password: string, folder: string, maxFileStore: number): string {
  return [
    'host: "127.0.0.1"',
    `port: ${port}`,
    'server_name: "herald"',
    `authorization { user: "${USER}", password: "${password}" }`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(folder, 'store'))}`,
    '  max_memory_store: 67108864',
    `  max_file_store: ${maxFileStore}`,
    '}',
    '',
  ].join('\n');
}

/**
 * A Herald that was killed leaves its nats-server behind, on a port that nobody knows and with our store open: two servers on
 * one store would destroy it. Only a process that runs with our own configuration file is ended.
 */
async function endLeftOver(pidFile: string, folder: string, log: Log): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (!isOurs(pid, folder)) return;
  log.warn({ event: 'nats.left-over', pid }, 'ending the nats-server that a former Herald left behind');
  process.kill(pid, 'SIGTERM');
  const insistAt = performance.now() + STOP_TIME;
  while (isOurs(pid, folder)) {
    if (performance.now() > insistAt) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isOurs(pid: number, folder: string): boolean {
  return commandLine(pid)?.includes(join(folder, 'nats-server.conf')) === true;
}

function findNatsServer(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
  const found = folders.map((folder) => join(folder, 'nats-server')).find(isExecutable);
  if (found !== undefined) return found;
  throw new StartFailed(
    'nats-server was not found on PATH or in /usr/sbin. Install it (Debian and Ubuntu: apt-get install nats-server) or set NATS_URL.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
