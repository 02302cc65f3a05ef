/** The resources, for commands that decide by themselves instead of asking the running Herald. */

import { relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { addressFault, CHANNEL_TYPES, channelSchemas, channelTexts } from '../channels/registry.ts';
import { InvalidChannelOptions } from '../channels/sender.ts';
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
  return loadResources(shown, { channelTypes: channelSchemas, texts: channelTexts, checkChannel, addressFault });
}

/** Throws CommandFailed with every problem. */
export async function resourcesIn(folder: string): Promise<ResourceSet> {
  const loaded = await loadFrom(folder);
  if (loaded.ok) return loaded.set;
  throw new CommandFailed(`the resources are not right:\n${formatProblems(loaded.problems, loaded.omitted).trimEnd()}`);
}

/** What shows only when a channel is made: it is made, and closed before it was used. */
function checkChannel(
  type: string,
  options: Readonly<Record<string, unknown>>,
): { path: string; message: string } | null {
  const externalURL = 'http://127.0.0.1';
  const templates = createTemplates({ clock: systemClock, externalURL });
  const context = { clock: systemClock, log: silentLog, stdout: new PassThrough(), externalURL, templates };
  try {
    const sender = CHANNEL_TYPES[type]?.create(options, context);
    void sender?.close();
    return null;
  } catch (error) {
    if (error instanceof InvalidChannelOptions) return { path: error.path, message: error.fault };
    throw error;
  }
}
