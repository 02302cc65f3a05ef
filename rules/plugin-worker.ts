/**
 * Runs in the thread of one plug-in: loads its module, says so, then answers batch by batch. Answers travel as JSON texts, so that
 * whatever a plug-in returns is either plain data or a failure of that one answer.
 */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import {
  type AskedAlert,
  type CorrelatedAlert,
  type CorrelatorPlugin,
  type FilterPlugin,
  PLUGIN_INTERFACE,
} from './plugin.ts';

/** To the thread. */
export interface PluginBatch {
  readonly id: number;
  readonly alerts: readonly (AskedAlert | CorrelatedAlert)[];
}

/** From it. */
export type PluginMessage =
  | { readonly kind: 'loaded'; readonly version: string }
  | { readonly kind: 'unloadable'; readonly problem: string }
  | { readonly kind: 'answers'; readonly id: number; readonly answers: readonly PluginText[] };

export type PluginText = { readonly json: string } | { readonly problem: string };

export interface PluginThreadData {
  /** `file:` URL of the module. */
  readonly module: string;
  /** As its resource says; the module must be one of these. */
  readonly kind: 'filter' | 'correlator';
}

const LONGEST_ANSWER = 256 * 1024;
const LONGEST_PROBLEM = 300;
const LONGEST_VERSION = 40;

/** Held from here on: the module may take them out of their places. */
const { stringify } = JSON;

type Plugin = FilterPlugin | CorrelatorPlugin;
type Asked = AskedAlert & CorrelatedAlert;

function answerOf(plugin: Plugin, alert: PluginBatch['alerts'][number]): PluginText {
  try {
    // Its kind is the one that it is declared as, and so are the alerts.
    const asked = alert as Asked;
    const answer: unknown = plugin.kind === 'filter' ? plugin.filter(asked) : plugin.key(asked);
    if (answer instanceof Promise) {
      answer.catch(() => {});
      return { problem: 'it answers with a promise; allowed: an answer at once' };
    }
    // `undefined` and functions have no JSON.
    const json: string | undefined = stringify(answer);
    if (json === undefined) return { problem: `it answers ${typeof answer}; allowed: plain data` };
    return json.length > LONGEST_ANSWER ? { problem: `its answer has ${json.length} characters` } : { json };
  } catch (error) {
    return { problem: problemIn(error) };
  }
}

function problemIn(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.replace(/\s+/g, ' ').slice(0, LONGEST_PROBLEM);
  } catch {
    return 'it threw what cannot be named';
  }
}

function problemOf(exported: unknown, declared: Plugin['kind']): string | null {
  if (typeof exported !== 'object' || exported === null) return 'its default export is no plug-in';
  const { herald, kind, version, filter, key } = exported as Readonly<Record<string, unknown>>;
  if (herald !== PLUGIN_INTERFACE) return `herald is ${String(herald)}; allowed: ${PLUGIN_INTERFACE}`;
  if (kind !== declared) return `kind is ${String(kind)}; its resource says ${declared}`;
  if (typeof version !== 'string' || version === '' || version.length > LONGEST_VERSION || /[\p{C}]/u.test(version)) {
    return `version is no text of 1 to ${LONGEST_VERSION} characters`;
  }
  const asked = declared === 'filter' ? filter : key;
  return typeof asked === 'function' ? null : `it has no function ${declared === 'filter' ? 'filter' : 'key'}`;
}

async function run(port: MessagePort, { module, kind }: PluginThreadData): Promise<void> {
  const say = (message: PluginMessage) => port.postMessage(message);
  let plugin: Plugin;
  try {
    const loaded = (await import(module)) as { readonly default?: unknown };
    const problem = problemOf(loaded.default, kind);
    if (problem !== null) throw new TypeError(problem);
    plugin = loaded.default as Plugin;
  } catch (error) {
    say({ kind: 'unloadable', problem: problemIn(error) });
    return;
  }
  port.on('message', ({ id, alerts }: PluginBatch) => {
    say({ kind: 'answers', id, answers: alerts.map((alert) => answerOf(plugin, alert)) });
  });
  say({ kind: 'loaded', version: plugin.version });
}

if (parentPort !== null) await run(parentPort, workerData as PluginThreadData);
