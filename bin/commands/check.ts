import { resolve } from 'node:path';
import type { ResourceSet } from '../../resources/compile.ts';
import { formatProblems } from '../../resources/problem.ts';
import { GAP_HORIZON, gapsOf, roster } from '../../rules/duty-roster.ts';
import { systemClock } from '../../telemetry/clock.ts';
import type { Command } from '../command.ts';
import { loadFrom } from '../resources.ts';

export const check: Command = {
  usage: ['check [DIR]'],
  description:
    'Validates every *.yaml file below the folder: all problems at once, each with file, line and path.\n' +
    'Names the gaps of schedules in the next 30 days. Nothing running is touched. References to secrets are resolved with the environment of this command.',
  options: { json: { type: 'boolean', description: 'print {"ok", "problems", ...} as JSON' } },
  positionals: { min: 0, max: 1 },
  async run({ positionals: [folder], options, environment, print }) {
    const loaded = await loadFrom(folder === undefined ? environment.config : resolve(folder));
    if (options.json === true) {
      const { ok } = loaded;
      print.json(
        loaded.ok
          ? { ok, ...counts(loaded.set), hash: loaded.set.hash, gaps: gapsIn(loaded.set) }
          : { ok, problems: loaded.problems, omitted: loaded.omitted },
      );
    } else if (loaded.ok) {
      const { files, sources, channels } = counts(loaded.set);
      print.line(
        `${print.style.green('good')}: ${counted(files, 'file')}, ${counted(sources, 'source')}, ${counted(channels, 'channel')}, hash ${loaded.set.hash}`,
      );
      for (const { schedule, gaps, first, hours } of gapsIn(loaded.set)) {
        const many = counted(gaps, 'gap');
        print.line(
          `${print.style.yellow('gaps')}: by schedule ${schedule} nobody is on call for ${hours} h of the next 30 days: ${many}, the first from ${first}`,
        );
      }
    } else {
      print.note(formatProblems(loaded.problems, loaded.omitted).trimEnd());
    }
    return loaded.ok ? 0 : 1;
  },
};

/** No mistake: somebody may mean it. But nobody should learn of it at night. */
function gapsIn({ schedules }: Pick<ResourceSet, 'schedules'>) {
  const now = systemClock.now();
  return schedules.flatMap(({ tenant, schedule }) => {
    const gaps = gapsOf(roster(schedule, now, now + GAP_HORIZON));
    const [first] = gaps;
    if (first === undefined) return [];
    const hours = Math.round(gaps.reduce((sum, { start, end }) => sum + end - start, 0) / 360_000) / 10;
    const from = new Date(first.start).toISOString();
    return [{ schedule: `${tenant}/${schedule.name}`, gaps: gaps.length, first: from, hours }];
  });
}

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
