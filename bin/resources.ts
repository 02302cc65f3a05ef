/** The resources, for commands that decide by themselves instead of asking the running Herald. */

import { relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { judgeChannel } from '../channels/judge.ts';
import { addressFault, channelSchemas, channelTexts } from '../channels/registry.ts';
import { createTemplates } from '../channels/template/templates.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { type LoadResult, loadResources } from '../resources/load.ts';
import { formatProblems } from '../resources/problem.ts';
import { systemClock } from '../telemetry/clock.ts';
import { silentLog } from '../telemetry/log.ts';
import { CommandFailed } from './command.ts';

/** Problems name files as seen from here, where that is shorter. */
export function loadFrom(folder: string): Promise<LoadResult> {
  const fromHere = relative(process.cwd(), folder);
  const shown = fromHere === '' ? '.' : fromHere.startsWith('..') ? folder : fromHere;
  return loadResources(shown, {
    channelTypes: channelSchemas,
    texts: channelTexts,
    checkChannel: channelJudge(),
    addressFault,
  });
}

/** Throws CommandFailed with every problem. */
export async function resourcesIn(folder: string): Promise<ResourceSet> {
  const loaded = await loadFrom(folder);
  if (loaded.ok) return loaded.set;
  throw new CommandFailed(`the resources are not right:\n${formatProblems(loaded.problems, loaded.omitted).trimEnd()}`);
}

function channelJudge() {
  const externalURL = 'http://127.0.0.1';
  const templates = createTemplates({ clock: systemClock, externalURL });
  return judgeChannel({ clock: systemClock, log: silentLog, stdout: new PassThrough(), externalURL, templates });
}
