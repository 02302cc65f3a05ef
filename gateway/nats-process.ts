/**
 * The process of the embedded nats-server, kept running.
 *
 *   running ──ends by itself──▶ waiting ──after a pause──▶ running
 *      └────────── stop ───────────┴──────────▶ stopped
 *
 * A file has its pid: one that a killed Herald left behind is ended by the next. Another has what it says, anew at each start; what
 * it said last when it ended by itself stands in Herald's log, too.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../telemetry/log.ts';
import { commandLine } from './process-identity.ts';

export interface NatsProcess {
  readonly pid: number | undefined;
  /** By force, for one that hangs takes no other signal; it is started again. */
  end(): void;
  stop(): Promise<void>;
}

export interface NatsProcessOptions {
  readonly program: string;
  readonly config: string;
  readonly folder: string;
  readonly log: Log;
}

/** Before it is started again; doubled each time while it ends at once. Milliseconds. */
const RESTART_PAUSE = 300;
const LONGEST_PAUSE = 10_000;
const AT_ONCE = 2000;
/**
 * One that hangs is killed then; what it stored survives that. All of stopping has 9 s (shutdown.ts). Where NATS hangs, requests under way take 2 of
 * them, the worker what is left until its record has run out after 3, the archive 2, and the audit 1.
 */
const STOP_TIME = 1500;

/**
 * On Linux as a batch process (sched(7)), which needs no privilege: it has as much of the processor as any other, but its threads, woken for
 * each message, do not interrupt whoever is accepting or deciding. Where this cannot be had it runs as everything does.
 */
const AS_BATCH = 'chrt -b -p 0 $$ >/dev/null 2>&1; exec "$0" -c "$1"';

export function keepNatsRunning({ program, config, folder, log }: NatsProcessOptions): NatsProcess {
  const pidFile = pidFileIn(folder);
  const outputFile = join(folder, 'nats-server.log');
  let child: ChildProcess;
  let stopping = false;
  let ended = Promise.resolve();
  let pause = RESTART_PAUSE;
  const launch = () => {
    const since = performance.now();
    const output = openOutput(outputFile);
    // In a group of its own: Ctrl-C in a terminal is for Herald, which stops its server last.
    child = spawn('/bin/sh', ['-c', AS_BATCH, program, config], { stdio: ['ignore', output, output], detached: true });
    if (output !== 'ignore') closeSync(output);
    writeDown(child.pid, pidFile, log);
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
  // However this process ends (kill -9 apart), its server ends with it; one that hangs, which is why there was no stop, takes no other signal.
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    get pid() {
      return child.pid;
    },
    end() {
      child.kill('SIGKILL');
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

/**
 * A Herald that was killed leaves its nats-server behind, on a port that nobody knows and with our store open: two servers on
 * one store would destroy it. Only a process that runs with our own configuration file is ended.
 */
export async function endLeftOver(folder: string, config: string, log: Log): Promise<void> {
  const pidFile = pidFileIn(folder);
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const isOurs = () => commandLine(pid)?.includes(config) === true;
  if (!isOurs()) return;
  log.warn({ event: 'nats.left-over', pid }, 'ending the nats-server that a former Herald left behind');
  process.kill(pid, 'SIGTERM');
  const insistAt = performance.now() + STOP_TIME;
  while (isOurs()) {
    if (performance.now() > insistAt) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function pidFileIn(folder: string): string {
  return join(folder, 'nats-server.pid');
}

/** A full disk must not end Herald, which knows its server without the file. */
function writeDown(pid: number | undefined, file: string, log: Log): void {
  try {
    if (pid !== undefined) writeFileSync(file, String(pid));
  } catch (error) {
    log.error({ event: 'nats.pid-unwritten', pid, error }, 'were Herald killed now, nobody would find its nats-server');
  }
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
