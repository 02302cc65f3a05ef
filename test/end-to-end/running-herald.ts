/** `bin/herald start` as a process of its own, with folders of its own, on a free port. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from '../support/leaks.ts';
import { ROOT } from '../support/source-tree.ts';
import { until } from '../support/until.ts';

const PROGRAM = join(ROOT, 'bin/herald');
/** On a machine that is busy with other tests. */
const PATIENCE = { timeoutMs: 60_000, everyMs: 20 };

export interface HeraldOptions {
  /** File name to YAML. */
  readonly config: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder that a former Herald left; else a new one. */
  readonly data?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningHerald {
  readonly url: string;
  readonly pid: number;
  readonly data: string;
  readonly config: string;
  /** From starting the process to its ready line. Milliseconds. */
  readonly readyAfter: number;
  /** Lines on standard output after the ready text: what the console channel printed. */
  printed(): string[];
  /** Log lines that name the event. */
  logged(event: string): Record<string, unknown>[];
  /** Replaces or adds a file of the configuration in one step, as an editor does. */
  declare(name: string, yaml: string): Promise<void>;
  /** `bin/herald WORDS` against this Herald. */
  command(...words: string[]): Promise<Ended>;
  stop(): Promise<Ended>;
}

export async function startHerald(options: HeraldOptions): Promise<RunningHerald> {
  const since = performance.now();
  const process = await launchHerald(options);
  const ready = () => /^Herald is ready at (http:\S+)$/m.exec(process.output.out)?.[1];
  const url = await until(
    'Herald to be ready',
    () => {
      if (process.hasEnded()) throw new Error('it has ended');
      return ready();
    },
    { ...PATIENCE, seen: () => process.output },
  );
  const { child, output, data, config, env } = process;
  return {
    url,
    pid: child.pid ?? 0,
    data,
    config,
    readyAfter: performance.now() - since,
    printed: () => output.out.split('\n').filter((line) => /^\d{4}-\d\d-\d\dT\S+Z +(FIRING|RESOLVED) /.test(line)),
    logged: (event) => logLines(output.err).filter((line) => line.event === event),
    async declare(name, yaml) {
      // Beside it first, under a name that is no resource: a reader must never see half a file.
      const draft = join(config, `.${name}.draft`);
      await writeFile(draft, yaml);
      await rename(draft, join(config, name));
    },
    command: (...words) => runHerald(words, { ...env, HERALD_LISTEN: new URL(url).host }),
    stop: () => process.stop(),
  };
}

/** `bin/herald WORDS` to its end. */
export function runHerald(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  input = '',
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(PROGRAM, [...words], { env: { ...process.env, ...env } }, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
    child.stdin?.end(input);
  });
}

export interface HeraldProcess {
  readonly child: ChildProcess;
  readonly output: { out: string; err: string };
  readonly ended: Promise<Ended>;
  readonly data: string;
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  hasEnded(): boolean;
  stop(): Promise<Ended>;
}

/** Does not wait until it is ready: it may be meant not to get there. */
export async function launchHerald(options: HeraldOptions): Promise<HeraldProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-end-to-end-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const data = options.data ?? join(folder, 'data');
  const config = join(folder, 'config');
  await mkdir(config);
  for (const [name, yaml] of Object.entries(options.config)) await writeFile(join(config, name), yaml);
  const env = {
    HERALD_LISTEN: '127.0.0.1:0',
    HERALD_DATA: data,
    HERALD_CONFIG: config,
    HERALD_PARTITIONS: '2',
    NATS_URL: '',
    ...options.env,
  };
  const child = spawn(PROGRAM, ['start'], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, ...output }));
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    child.kill('SIGTERM');
    const insist = setTimeout(() => void kill(child, data), 15_000);
    const end = await ended;
    clearTimeout(insist);
    return end;
  };
  atEnd(stop);
  return { child, output, ended, data, config, env, hasEnded, stop };
}

/** Herald that does not stop, and the nats-server that it would leave behind. */
async function kill(child: ChildProcess, data: string): Promise<void> {
  child.kill('SIGKILL');
  const pid = Number(await readFile(join(data, 'nats/nats-server.pid'), 'utf8').catch(() => ''));
  if (pid > 0) process.kill(pid, 'SIGKILL');
}

function logLines(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      // The last line may be on its way.
      return [];
    }
  });
}
