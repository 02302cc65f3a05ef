/** Starts the thread of a plug-in with its limits. What it prints goes to the log, cut short. */

import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Log } from '../telemetry/log.ts';
import type { PluginMessage, PluginThreadData } from './plugin-worker.ts';

export type PluginKind = 'filter' | 'correlator';

/** A plug-in as it is declared. */
export interface PluginSpec {
  /** `tenant/name` */
  readonly key: string;
  readonly kind: PluginKind;
  /** Absolute path of its module. */
  readonly module: string;
  /** Of the module's content: another one is another plug-in. */
  readonly digest: string;
  /** For one batch. Milliseconds. */
  readonly timeout: number;
  /** Of its heap. MiB. */
  readonly memory: number;
}

export interface PluginListener {
  heard(thread: Worker, message: PluginMessage): void;
  /** It has ended, or will. May be said several times. */
  gone(thread: Worker, detail: string): void;
}

const YOUNG_GENERATION = 8;
const STACK = 4;
const LONGEST_PRINT = 500;
const LONGEST_DETAIL = 300;

export function launchPlugin({ key, kind, module, memory }: PluginSpec, log: Log, listener: PluginListener): Worker {
  const workerData: PluginThreadData = { module: pathToFileURL(module).href, kind };
  const thread = new Worker(new URL('./plugin-worker.ts', import.meta.url), {
    workerData,
    // What a plug-in has no use for, secrets in the environment for instance, it need not see.
    env: {},
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: YOUNG_GENERATION, stackSizeMb: STACK },
  });
  for (const stream of [thread.stdout, thread.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      const text = chunk.toString('utf8', 0, LONGEST_PRINT);
      log.debug({ event: 'plugin.printed', plugin: key, text }, 'a plug-in printed');
    });
  }
  thread.on('message', (message: PluginMessage) => listener.heard(thread, message));
  thread.on('messageerror', (error) => listener.gone(thread, messageOf(error)));
  thread.on('error', (error) => listener.gone(thread, messageOf(error)));
  thread.on('exit', (code) => listener.gone(thread, `its thread ended with code ${code}`));
  return thread;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, LONGEST_DETAIL);
  const code = 'code' in error ? `${String(error.code)}: ` : '';
  return `${code}${error.message}`.slice(0, LONGEST_DETAIL);
}
