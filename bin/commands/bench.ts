import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suggest } from '../../resources/suggest.ts';
import { type Command, type ExitCode, UsageError } from '../command.ts';

const FOLDER = fileURLToPath(new URL('../../bench/', import.meta.url));
const RUNNER = `${FOLDER}rig/main.ts`;
const ALL = 'all';
/** As bin/herald loads it, but for V8's flags, which are Herald's: those of the load generators are V8's own. */
const LOADED = [
  '--disable-warning=ExperimentalWarning',
  `--import=${new URL('../stripped.mjs', import.meta.url).href}`,
];

export const bench: Command = {
  usage: ['bench', 'bench NAME', 'bench all'],
  description:
    'Measures against the budgets; without a name it lists what there is to measure. Needs a quiet machine and takes a minute\n' +
    'or more for each.',
  options: {
    quick: { type: 'boolean', description: 'a tiny size: shows that it runs, not how fast' },
    json: { type: 'boolean', description: 'a JSON document on a line for each benchmark, or the names as JSON' },
  },
  positionals: { min: 0, max: 1 },
  async run({ positionals: [name], options, print }) {
    const names = benchmarks();
    if (name === undefined) {
      if (options.json === true) print.json(names);
      else for (const each of names) print.line(each);
      return 0;
    }
    if (name !== ALL && !names.includes(name)) throw new UsageError(unknown(name, names));
    const flags = ['quick', 'json'].filter((flag) => options[flag] === true).map((flag) => `--${flag}`);
    let code: ExitCode = 0;
    for (const each of name === ALL ? names : [name]) if ((await execute([RUNNER, each, ...flags])) !== 0) code = 1;
    return code;
  },
};

function unknown(name: string, names: readonly string[]): string {
  const near = suggest(name, names);
  const hint = near === null ? `: one of ${names.join(', ')}` : `; did you mean ${near}?`;
  return `unknown benchmark ${JSON.stringify(name)}${hint}`;
}

/** A file of bench/ is a benchmark; what they share stands in folders below. */
function benchmarks(): string[] {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts'),
  );
  return files.map((entry) => entry.name.slice(0, -'.ts'.length)).sort();
}

/** In a process of its own: nothing of this one is in the figures. */
async function execute(args: readonly string[]): Promise<ExitCode> {
  const child = spawn(process.execPath, [...LOADED, ...args], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.once('SIGINT', forward).once('SIGTERM', forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code === 0 ? 0 : 1));
    });
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward);
  }
}
