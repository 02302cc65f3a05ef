/**
 * A thread that runs until it is stopped: one that dies is said so and started again. It posts READY when it is ready, whatever
 * else it has to say at any time, and ends when it is sent a message.
 *
 * States: starting → running → (died → starting, after a pause) | stopped.
 */

import { Worker } from 'node:worker_threads';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

export const READY = 'ready';

export interface KeptThread {
  /** Why it does not run now; null: it runs. */
  problem(): string | null;
  stop(): Promise<void>;
}

export interface KeptThreadOptions {
  readonly workerData: unknown;
  readonly clock: Clock;
  readonly log: Log;
  /** Whatever a thread posts besides READY. */
  heard(message: unknown): void;
}

interface Running {
  readonly thread: Worker;
  /** With the error that it died of, if it was one. Never rejects. */
  readonly ended: Promise<unknown>;
}

const RESTART_PAUSE = 1000;

/** Rejects when the first start fails; a later one is tried again for ever. */
export async function keepThread(entry: URL, options: KeptThreadOptions): Promise<KeptThread> {
  const { clock, log } = options;
  let running = await launch(entry, options);
  let stopping = false;
  let problem: string | null = null;
  let wake = () => {};
  const keep = async () => {
    for (;;) {
      const error = await running.ended;
      if (stopping) return;
      problem = `it ended (${reasonOf(error)}) and is started again`;
      log.error({ event: 'thread.ended', entry: entry.pathname, error }, 'a thread ended; it is started again');
      running = await again();
      if (stopping) return;
    }
  };
  const again = async (): Promise<Running> => {
    for (;;) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        clock.after(RESTART_PAUSE, resolve);
      });
      if (stopping) return running;
      try {
        const started = await launch(entry, options);
        problem = null;
        return started;
      } catch (error) {
        problem = `it could not be started again (${reasonOf(error)})`;
        log.error({ event: 'thread.not-started', entry: entry.pathname, error }, 'a thread could not be started again');
      }
    }
  };
  const kept = keep();
  return {
    problem: () => problem,
    async stop() {
      stopping = true;
      wake();
      running.thread.postMessage('stop');
      await kept;
      running.thread.postMessage('stop');
      await running.ended;
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'without an error';
}

async function launch(entry: URL, { workerData, heard }: KeptThreadOptions): Promise<Running> {
  const thread = new Worker(entry, { workerData });
  let cause: unknown;
  thread.on('error', (error) => {
    cause = error;
  });
  const ended = new Promise<unknown>((resolve) => thread.once('exit', () => resolve(cause)));
  await new Promise<void>((resolve, reject) => {
    thread.on('message', (message: unknown) => (message === READY ? resolve() : heard(message)));
    void ended.then(() => reject(cause ?? new Error(`${entry.pathname} ended before it was ready`)));
  });
  return { thread, ended };
}
