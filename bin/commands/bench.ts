import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suggest } from '../../resources/suggest.ts';
import { type Command, type ExitCode, UsageError } from '../command.ts';

const FOLDER = fileURLToPath(new URL('../../bench/', import.meta.url));

export const bench: Command = {
  usage: ['bench', 'bench NAME'],
  description:
    'Measures; without a name it lists what there is to measure. Needs a quiet machine and takes a minute or more.',
  options: { json: { type: 'boolean', description: 'hand --json to the benchmark, or list the names as JSON' } },
  positionals: { min: 0, max: 1 },
  async run({ positionals: [name], options, print }) {
    const names = benchmarks();
    if (name === undefined) {
      if (options.json === true) print.json(names);
      else for (const each of names) print.line(each);
      return 0;
    }
    if (!names.includes(name)) {
      const near = suggest(name, names);
      throw new UsageError(
        `unknown benchmark ${JSON.stringify(name)}${near === null ? `: one of ${names.join(', ')}` : `; did you mean ${near}?`}`,
      );
    }
    return execute(`${FOLDER}${name}.ts`, options.json === true ? ['--json'] : []);
  },
};

/** A file of bench/ is a benchmark; what they share stands in folders below. */
function benchmarks(): string[] {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts'),
  );
  return files.map((entry) => entry.name.slice(0, -'.ts'.length)).sort();
}

/** In a process of its own: nothing of this one is in the figures. */
function execute(file: string, args: readonly string[]): Promise<ExitCode> {
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.once('SIGINT', forward).once('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0 ? 0 : 1));
  });
}
