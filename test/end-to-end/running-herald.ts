/** `bin/herald start` with folders of its own, and the commands of `bin/herald` against it. */

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { herald as runHere } from '../bin/captured.ts';
import { type HeraldProcess, startHerald, temporaryFolder } from '../support/herald.ts';
import { ROOT } from '../support/source-tree.ts';

const PROGRAM = join(ROOT, 'bin/herald');
/** A command that takes longer hangs. */
const COMMAND_LIMIT = 60_000;

export interface HeraldOptions {
  /** File name to YAML, or whatever else a resource may name. */
  readonly config: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningHerald extends HeraldProcess {
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /** From starting the process until it was ready. Milliseconds. */
  readonly readyAfter: number;
  /** What the console channel printed. */
  printed(): string[];
  /** Replaces or adds a file of the configuration in one step, as an editor does. */
  declare(name: string, yaml: string): Promise<void>;
  /** `bin/herald WORDS` against this Herald. */
  command(...words: string[]): Promise<Ended>;
}

/** Ready when it resolves. */
export async function runningHerald(options: HeraldOptions): Promise<RunningHerald> {
  const env = await environmentOf(options);
  const config = env.HERALD_CONFIG;
  const since = performance.now();
  const herald = await startHerald({ env });
  await herald.ready();
  return Object.assign(herald, {
    config,
    env,
    readyAfter: performance.now() - since,
    printed: () =>
      herald
        .stdout()
        .split('\n')
        .filter((line) => /^\d{4}-\d\d-\d\dT\S+Z +(FIRING|RESOLVED) /.test(line)),
    declare: (name: string, yaml: string) => declare(config, name, yaml),
    command: (...words: string[]) => runCommand(words, { ...env, HERALD_LISTEN: new URL(herald.url).host }),
  });
}

/** `bin/herald start` that is meant to end by itself. */
export async function failedStart(options: HeraldOptions): Promise<Ended> {
  return runCommand(['start'], { HERALD_LISTEN: '127.0.0.1:0', ...(await environmentOf(options)) });
}

/** Words that name what a command is to do. */
const VERB = /^(list|add|remove|create|rotate|revoke|set|delete|replay|test|verify)$/;
/** Commands of this file that have been programs. */
const programs = new Set<string>();

/**
 * `bin/herald WORDS` to its end: the program where it reads its input, starts a role, or runs for the first time in this file, which shows that
 * it ends by itself and with which code. After that the same `main` in this process: to load the program takes thirty times as long.
 */
export async function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<Ended> {
  const { NATS_URL: _, ...ours } = process.env;
  const variables = { ...ours, ...env };
  const [name = '', second = ''] = words;
  const which = VERB.test(second) ? `${name} ${second}` : name;
  const asProgram = !programs.has(which) || ['start', 'run'].includes(name) || words.includes('-') || input !== '';
  programs.add(which);
  return asProgram ? runProgram(words, variables, input) : runHere(words, variables);
}

function runProgram(words: readonly string[], env: NodeJS.ProcessEnv, input: string): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env, timeout: COMMAND_LIMIT };
    const child = execFile(PROGRAM, [...words], options, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
    child.stdin?.end(input);
  });
}

type HeraldEnvironment = Readonly<Record<'HERALD_CONFIG' | 'HERALD_DATA', string>> & Readonly<Record<string, string>>;

/** Folders of its own with these resources, as variables. */
export async function environmentOf({ config, env }: HeraldOptions): Promise<HeraldEnvironment> {
  const folder = temporaryFolder();
  const resources = join(folder, 'config');
  mkdirSync(resources);
  for (const [name, text] of Object.entries(config)) {
    mkdirSync(dirname(join(resources, name)), { recursive: true });
    await writeFile(join(resources, name), text);
  }
  return {
    HERALD_DATA: join(folder, 'data'),
    HERALD_CONFIG: resources,
    HERALD_PARTITIONS: '2',
    ...env,
  };
}

/** Beside it first, under a name that is no resource: a reader must never see half a file. */
async function declare(folder: string, name: string, yaml: string): Promise<void> {
  const draft = join(folder, `.${name}.draft`);
  await writeFile(draft, yaml);
  await rename(draft, join(folder, name));
}
