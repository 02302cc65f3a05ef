import { resolve } from 'node:path';
import type { ResourceSet } from '../../resources/compile.ts';
import type { LoadResult } from '../../resources/load.ts';
import { formatProblems } from '../../resources/problem.ts';
import { GAP_HORIZON, gapsOf, roster } from '../../rules/duty-roster.ts';
import { systemClock } from '../../telemetry/clock.ts';
import type { Command } from '../command.ts';
import { printable } from '../print.ts';
import { loadFrom } from '../resources.ts';

/** docs/decisions/70-store-of-secrets.md */
const STORED =
  'secrets of the store, which only a running Herald opens; a start takes HERALD_SECRET_KEY and needs each of them (herald secret)';

export const check: Command = {
  usage: ['check [DIR]'],
  description:
    'Validates every *.yaml file below the folder: all problems at once, each with file, line and path.\n' +
    'Names the gaps of schedules in the next 30 days, and sources whose alerts nobody hears of, for want of a Route. Nothing running is touched. References to secrets are resolved with the environment of this command, those to the store taken as right;\n' +
    'with --without-secrets those that are not there are named and no mistake, as on a machine that must not have them.',
  options: {
    json: { type: 'boolean', description: 'print {"ok", "problems", ...} as JSON' },
    'without-secrets': { type: 'boolean', description: 'secrets that are missing here are no mistake' },
  },
  positionals: { min: 0, max: 1 },
  async run({ positionals: [folder], options, environment, print }) {
    const loaded = await loadFrom(folder === undefined ? environment.config : resolve(folder));
    if (options['without-secrets'] === true && isAllButSecrets(loaded)) {
      const secrets = loaded.problems.map(({ file, line, path, message }) => ({ file, line, path, message }));
      if (options.json === true) print.json({ ok: true, secrets });
      else {
        print.line(`${print.style.green('good')}, but for what only shows with ${counted(secrets.length, 'secret')}:`);
        for (const { file, line, path, message } of secrets)
          print.line(`  ${printable(`${file}:${line} ${path}: ${message}`)}`);
      }
      return 0;
    }
    if (options.json === true) {
      const { ok } = loaded;
      print.json(
        loaded.ok
          ? {
              ok,
              ...counts(loaded.set),
              hash: loaded.set.hash,
              gaps: gapsIn(loaded.set),
              unheard: unheardIn(loaded.set),
              untold: loaded.set.untold,
            }
          : { ok, problems: loaded.problems, omitted: loaded.omitted },
      );
    } else if (loaded.ok) {
      const { files, sources, channels } = counts(loaded.set);
      print.line(
        `${print.style.green('good')}: ${counted(files, 'file')}, ${counted(sources, 'source')}, ${counted(channels, 'channel')}, hash ${loaded.set.hash}`,
      );
      if (loaded.set.untold) print.line(`${print.style.yellow('not looked at')}: ${STORED}`);
      for (const { tenant, sources: unheard } of unheardIn(loaded.set)) {
        print.line(
          `${print.style.yellow('nobody hears')}: tenant ${tenant} has no Route here, so nobody is told of what comes by ${unheard.join(', ')}`,
        );
      }
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

function isAllButSecrets(loaded: LoadResult): loaded is LoadResult & { readonly ok: false } {
  return !loaded.ok && loaded.omitted === 0 && loaded.problems.every(({ ofSecret }) => ofSecret === true);
}

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

/** No mistake either: what comes is shown and published all the same. */
function unheardIn({ sources, routes }: Pick<ResourceSet, 'sources' | 'routes'>) {
  const byTenant = Map.groupBy(sources.values(), ({ tenant }) => tenant);
  return [...byTenant]
    .filter(([tenant]) => routes(tenant).length === 0)
    .map(([tenant, all]) => ({ tenant, sources: all.map(({ name }) => `source/${name}`) }));
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
