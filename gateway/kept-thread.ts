/**
 * A thread that runs until it is stopped: one that dies is said so and started again. It posts a first message when it is
 * ready, and ends when it is sent one.
 *
 * States: starting → running → (died → starting, after a pause) | stopped.
 */

import { Worker } from 'node:worker_threads';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

export interface KeptThread {
  stop(): Promise<void>;
}

interface Running {
  readonly thread: Worker;
  /** With the error that it died of, if it was one. Never rejects. */
  readonly ended: Promise<unknown>;
}

const RESTART_PAUSE = 1000;

/** Rejects when the first start fails; a later one is tried again for ever. */
export async function keepThread(entry: URL, workerData: unknown, clock: Clock, log: Log): Promise<KeptThread> {
  let running = await launch(entry, workerData);
  let stopping = false;
  let wake = () => {};
  const keep = async () => {
    for (;;) {
      const error = await running.ended;
      if (stopping) return;
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
        return await launch(entry, workerData);
      } catch (error) {
        log.error({ event: 'thread.not-started', entry: entry.pathname, error }, 'a thread could not be started again');
      }
    }
  };
  const kept = keep();
  return {
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

async function launch(entry: URL, workerData: unknown): Promise<Running> {
  const thread = new Worker(entry, { workerData });
  let cause: unknown;
  thread.on('error', (error) => {
    cause = error;
  });
  const ended = new Promise<unknown>((resolve) => thread.once('exit', () => resolve(cause)));
  await new Promise<void>((resolve, reject) => {
    thread.once('message', () => resolve());
    void ended.then(() => reject(cause ?? new Error(`${entry.pathname} ended before it was ready`)));
  });
  return { thread, ended };
}
