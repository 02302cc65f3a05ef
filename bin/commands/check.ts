import { resolve } from 'node:path';
import { formatProblems } from '../../resources/problem.ts';
import type { Command } from '../command.ts';
import { loadFrom } from '../resources.ts';

export const check: Command = {
  usage: ['check [DIR]'],
  description:
    'Validates every *.yaml file below the folder: all problems at once, each with file, line and path.\n' +
    'Nothing running is touched. References to secrets are resolved with the environment of this command.',
  options: { json: { type: 'boolean', description: 'print {"ok", "problems", ...} as JSON' } },
  positionals: { min: 0, max: 1 },
  async run({ positionals: [folder], options, environment, print }) {
    const loaded = await loadFrom(folder === undefined ? environment.config : resolve(folder));
    if (options.json === true) {
      const { ok } = loaded;
      print.json(
        loaded.ok
          ? { ok, ...counts(loaded.set), hash: loaded.set.hash }
          : { ok, problems: loaded.problems, omitted: loaded.omitted },
      );
    } else if (loaded.ok) {
      const { files, sources, channels } = counts(loaded.set);
      print.line(
        `${print.style.green('good')}: ${counted(files, 'file')}, ${counted(sources, 'source')}, ${counted(channels, 'channel')}, hash ${loaded.set.hash}`,
      );
    } else {
      print.note(formatProblems(loaded.problems, loaded.omitted).trimEnd());
    }
    return loaded.ok ? 0 : 1;
  },
};

interface Countable {
  readonly files: { readonly length: number };
  readonly sources: { readonly size: number };
  readonly channels: { readonly size: number };
}

function counts({ files, sources, channels }: Countable): { files: number; sources: number; channels: number } {
  return { files: files.length, sources: sources.size, channels: channels.size };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
