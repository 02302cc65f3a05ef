/**
 * One plug-in in a thread of its own, with limits. An endless loop cannot be interrupted, so a batch that takes too long ends the
 * thread; so does one that fills the memory. Whoever asked is answered by the deadline, whatever happens here.
 *
 * States: loading → ready ⇄ answering one batch; from each of them → gone (ended, threw, too late) → loading again, unless the
 * breaker pauses it; closed.
 */

import type { Worker } from 'node:worker_threads';
import type { PluginFailure } from '../alert/advice.ts';
import type { Log } from '../telemetry/log.ts';
import { readAnswer, readKey } from './plugin-answer.ts';
import { type Answer, type AskDeps, failure, PluginAsk } from './plugin-ask.ts';
import { afterFailure, type Breaker, CLOSED, isPaused } from './plugin-breaker.ts';
import { launchPlugin, type PluginSpec } from './plugin-launch.ts';
import type { PluginBatch, PluginMessage, PluginText } from './plugin-worker.ts';

export interface PluginThreadDeps extends AskDeps {
  readonly log: Log;
}

interface Running {
  readonly id: number;
  readonly ask: PluginAsk;
  readonly cancelLimit: () => void;
}

/** Of a module that does not come to an end of its loading. Milliseconds. */
const LOAD_LIMIT = 10_000;

export class PluginThread {
  readonly spec: PluginSpec;
  readonly #deps: PluginThreadDeps;
  readonly #waiting: PluginAsk[] = [];
  #thread: Worker | null = null;
  /** null: it is not loaded. */
  #version: string | null = null;
  #cancelLoadLimit = () => {};
  #running: Running | null = null;
  #breaker: Breaker = CLOSED;
  #closed = false;
  #batches = 0;

  constructor(spec: PluginSpec, deps: PluginThreadDeps) {
    this.spec = spec;
    this.#deps = deps;
    this.#launch();
  }

  get paused(): boolean {
    return isPaused(this.#breaker, this.#deps.clock.monotonic());
  }

  /** An answer for each alert, in their order, not later than its time-out. Never rejects. */
  ask(alerts: PluginBatch['alerts']): Promise<readonly Answer[]> {
    const ask = new PluginAsk(this.spec.key, alerts, this.spec.timeout, this.#deps);
    this.#waiting.push(ask);
    if (this.#closed) this.#failAll('plugin.failed', 'it is not declared any more');
    else if (this.paused) this.#failAll('plugin.paused', 'it failed several times in a row');
    else this.#next();
    return ask.answers;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#forget();
    this.#failAll('plugin.failed', 'it is not declared any more');
    await thread?.terminate();
  }

  #launch(): void {
    const { clock } = this.#deps;
    const thread = this.#started();
    this.#thread = thread;
    if (thread === null) return;
    const late = () => this.#gone(thread, `it was not loaded within ${LOAD_LIMIT} ms`);
    this.#cancelLoadLimit = clock.after(LOAD_LIMIT, late);
  }

  /** null: the system gives no thread now. Who waits is answered by the deadline; the next one to ask tries again. */
  #started(): Worker | null {
    try {
      return launchPlugin(this.spec, this.#deps.log, {
        heard: (from, message) => this.#heard(from, message),
        gone: (from, detail) => this.#gone(from, detail),
      });
    } catch (error) {
      this.#failed(failure('plugin.failed', `no thread: ${error instanceof Error ? error.message : String(error)}`));
      return null;
    }
  }

  #heard(thread: Worker, message: PluginMessage): void {
    if (thread !== this.#thread) return;
    // A plug-in can find the port and post anything.
    switch (message?.kind) {
      case 'loaded':
        this.#loaded(String(message.version));
        break;
      case 'unloadable':
        this.#gone(thread, `its module cannot be loaded: ${message.problem}`);
        break;
      case 'answers':
        this.#conclude(message.id, message.answers);
        break;
      default:
    }
  }

  #loaded(version: string): void {
    this.#cancelLoadLimit();
    this.#version = version;
    this.#deps.log.info({ event: 'plugin.loaded', plugin: this.spec.key, version }, 'plug-in loaded');
    this.#next();
  }

  #next(): void {
    if (this.#closed || this.#running !== null) return;
    const ask = this.#waiting.find(({ isOpen }) => isOpen);
    this.#waiting.splice(0, ask === undefined ? this.#waiting.length : this.#waiting.indexOf(ask));
    if (ask === undefined) return;
    const thread = this.#thread;
    if (thread === null) this.#launch();
    if (thread === null || this.#version === null) return;
    this.#waiting.shift();
    const { timeout } = this.spec;
    const id = ++this.#batches;
    const late = () => this.#gone(thread, `no answer within ${timeout} ms`, 'plugin.timeout');
    this.#running = { id, ask, cancelLimit: this.#deps.clock.after(timeout, late) };
    thread.postMessage({ id, alerts: ask.alerts } satisfies PluginBatch);
  }

  #conclude(id: number, texts: readonly PluginText[]): void {
    const running = this.#running;
    if (running?.id !== id) return;
    running.cancelLimit();
    this.#running = null;
    const { ask } = running;
    const answers = ask.alerts.map((_, i) => this.#answerOf(texts?.[i]));
    const failures = answers.filter(({ ok }) => !ok).length;
    // One odd alert among many says little of the plug-in.
    if (failures * 2 > answers.length) this.#failed(answers.find(({ ok }) => !ok));
    else this.#breaker = CLOSED;
    ask.settle(answers);
    if (this.paused) this.#failAll('plugin.paused', 'it failed several times in a row');
    this.#next();
  }

  #answerOf(text: PluginText | undefined): Answer {
    if (text !== undefined && 'problem' in text) return failure('plugin.failed', String(text.problem));
    const read = (this.spec.kind === 'filter' ? readAnswer : readKey)(parsed(text?.json));
    return read.ok
      ? { ok: true, version: this.#version ?? '', opinion: read.opinion }
      : failure('plugin.failed', read.problem);
  }

  /** The thread has ended, or is of no use any more. */
  #gone(thread: Worker, detail: string, code: PluginFailure = 'plugin.failed'): void {
    if (thread !== this.#thread) return;
    const running = this.#running;
    this.#forget();
    void thread.terminate();
    const answer = failure(code, detail);
    this.#failed(answer);
    running?.ask.fail(code, detail);
    if (this.paused) this.#failAll('plugin.paused', 'it failed several times in a row');
    else this.#launch();
  }

  #failed(answer: Answer | undefined): void {
    const { clock, log } = this.#deps;
    this.#breaker = afterFailure(this.#breaker, clock.monotonic());
    const paused = this.paused ? { paused: this.#breaker.pause } : {};
    log.warn(
      { event: 'plugin.failed', plugin: this.spec.key, answer, ...paused },
      'a plug-in failed; alerts go on without it',
    );
  }

  #forget(): Worker | null {
    const thread = this.#thread;
    this.#thread = null;
    this.#version = null;
    this.#cancelLoadLimit();
    this.#running?.cancelLimit();
    if (this.#closed && this.#running !== null) this.#waiting.push(this.#running.ask);
    this.#running = null;
    return thread;
  }

  #failAll(code: PluginFailure, detail: string): void {
    for (const ask of this.#waiting.splice(0)) ask.fail(code, detail);
  }
}

/** `undefined` where it is no JSON: an answer that cannot be read. */
function parsed(json: unknown): unknown {
  try {
    return JSON.parse(String(json)) as unknown;
  } catch {
    return undefined;
  }
}
