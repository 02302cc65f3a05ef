/** The resources in force: loaded at the start, replaced at run time by every good change, never by a bad one. */

import { channelSchemas } from '../channels/registry.ts';
import type { SenderContext } from '../channels/sender.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { type LoadOptions, loadResources } from '../resources/load.ts';
import { formatProblems } from '../resources/problem.ts';
import { ResourceWatch } from '../resources/watch.ts';
import { judgeChannel } from './senders.ts';
import { StartFailed } from './start-failed.ts';

export interface LiveResources {
  current(): ResourceSet;
  /** Problems of the last change, when it was refused; empty when what is declared is in force. */
  refused(): string;
  onChange(listener: (set: ResourceSet) => void): void;
  close(): Promise<void>;
}

/** Throws StartFailed with every problem when the first load is not good. */
export async function openResources(folder: string, context: SenderContext): Promise<LiveResources> {
  const options: LoadOptions = { channelTypes: channelSchemas, checkChannel: judgeChannel(context) };
  const first = await loadResources(folder, options);
  if (!first.ok) {
    throw new StartFailed(`the resources are not right:\n${formatProblems(first.problems, first.omitted).trimEnd()}`);
  }
  let current = first.set;
  let refused = '';
  const listeners: ((set: ResourceSet) => void)[] = [];
  const watch = new ResourceWatch(folder, first, {
    ...options,
    clock: context.clock,
    log: context.log,
    onLoaded(set) {
      current = set;
      refused = '';
      context.log.info({ event: 'resources.applied', hash: set.hash }, 'changed resources are in force');
      for (const listener of listeners) listener(set);
    },
    onRefused({ problems, omitted }) {
      refused = formatProblems(problems, omitted).trimEnd();
      context.log.error(
        { event: 'resources.refused', problems },
        'the changed resources are not right; what was in force stays',
      );
    },
  });
  return {
    current: () => current,
    refused: () => refused,
    onChange: (listener) => void listeners.push(listener),
    close: () => watch.close(),
  };
}
