/** The plug-ins that are declared now, each in a thread of its own. A changed one gets a new thread. */

import type { PluginAnswer } from '../alert/advice.ts';
import type { AskedAlert, CorrelatedAlert } from './plugin.ts';
import type { Answer } from './plugin-ask.ts';
import type { PluginKind, PluginSpec } from './plugin-launch.ts';
import { PluginThread, type PluginThreadDeps } from './plugin-thread.ts';
import type { PluginBatch } from './plugin-worker.ts';

export class Plugins {
  readonly #deps: PluginThreadDeps;
  readonly #threads = new Map<string, PluginThread>();
  readonly #ending = new Set<Promise<void>>();

  constructor(deps: PluginThreadDeps) {
    this.#deps = deps;
  }

  /** From now on these, by key. */
  use(declared: ReadonlyMap<string, PluginSpec>): void {
    for (const [key, thread] of this.#threads) {
      const spec = declared.get(key);
      if (spec === undefined || JSON.stringify(spec) !== JSON.stringify(thread.spec)) this.#end(key, thread);
    }
    for (const [key, spec] of declared) {
      if (!this.#threads.has(key)) this.#threads.set(key, new PluginThread(spec, this.#deps));
    }
  }

  /** An answer for each alert, in their order, within the time-out of the plug-in. Never rejects. */
  ask(key: string, alerts: readonly AskedAlert[]): Promise<readonly PluginAnswer[]> {
    return this.#ask(key, 'filter', alerts) as Promise<readonly PluginAnswer[]>;
  }

  /** The same of a correlator: what it answers are keys. */
  keys(key: string, alerts: readonly CorrelatedAlert[]): Promise<readonly PluginAnswer<string>[]> {
    return this.#ask(key, 'correlator', alerts) as Promise<readonly PluginAnswer<string>[]>;
  }

  #ask(key: string, kind: PluginKind, alerts: PluginBatch['alerts']): Promise<readonly Answer[]> {
    const thread = this.#threads.get(key);
    if (thread?.spec.kind === kind) return thread.ask(alerts);
    const gone = { ok: false, code: 'plugin.failed', detail: 'it is not declared any more' } as const;
    return Promise.resolve(alerts.map(() => gone));
  }

  /** Keys of those that failed several times in a row and are left alone for now. */
  paused(): readonly string[] {
    return [...this.#threads].filter(([, { paused }]) => paused).map(([key]) => key);
  }

  /** Who still asks is answered. */
  async close(): Promise<void> {
    for (const [key, thread] of this.#threads) this.#end(key, thread);
    await Promise.all(this.#ending);
  }

  #end(key: string, thread: PluginThread): void {
    this.#threads.delete(key);
    const ending = thread.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
