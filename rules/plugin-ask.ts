/** One batch of alerts that a plug-in is asked about. Whoever asks is answered by the deadline, whatever the plug-in does. */

import type { PluginAnswer, PluginFailure, PluginOpinion } from '../alert/advice.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { PluginBatch } from './plugin-worker.ts';

/** An opinion of the kind that the plug-in is of. */
export type Answer = PluginAnswer<PluginOpinion | string>;

export interface AskDeps {
  readonly clock: Clock;
  /** So many alerts were answered; `milliseconds`: since it was asked. */
  answered(key: string, result: 'answered' | PluginFailure, alerts: number, milliseconds: number): void;
}

export class PluginAsk {
  readonly alerts: PluginBatch['alerts'];
  readonly answers: Promise<readonly Answer[]>;
  readonly #key: string;
  readonly #deps: AskDeps;
  readonly #since: number;
  readonly #cancelDeadline: () => void;
  /** null: it was answered. */
  #resolve: ((answers: readonly Answer[]) => void) | null = null;

  constructor(key: string, alerts: PluginBatch['alerts'], timeout: number, deps: AskDeps) {
    this.alerts = alerts;
    this.#key = key;
    this.#deps = deps;
    this.#since = deps.clock.monotonic();
    this.answers = new Promise((resolve) => (this.#resolve = resolve));
    this.#cancelDeadline = deps.clock.after(timeout, () =>
      this.fail('plugin.timeout', `no answer within ${timeout} ms`),
    );
  }

  get isOpen(): boolean {
    return this.#resolve !== null;
  }

  fail(code: PluginFailure, detail: string): void {
    const answer = failure(code, detail);
    this.settle(this.alerts.map(() => answer));
  }

  /** One for each alert. The first answers count. */
  settle(answers: readonly Answer[]): void {
    if (this.#resolve === null) return;
    this.#cancelDeadline();
    const took = this.#deps.clock.monotonic() - this.#since;
    const results = Map.groupBy(answers, (answer) => (answer.ok ? 'answered' : answer.code));
    for (const [result, { length }] of results) this.#deps.answered(this.#key, result, length, took);
    this.#resolve(answers);
    this.#resolve = null;
  }
}

export function failure(code: PluginFailure, detail: string): Answer {
  return { ok: false, code, detail };
}
