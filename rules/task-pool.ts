/** Threads for one kind of task, each task within a limit of time. */

import { PoolTimeout, threadPool } from './pool.ts';

export interface TaskPool<Task, Result> {
  /** `limit` in milliseconds, the wait for a thread included. Throws PoolTimeout, and what the task or its thread throws. */
  run(task: Task, limit: number): Promise<Result>;
  close(): Promise<void>;
}

export class PoolClosed extends Error {
  readonly code = 'pool.closed';
}

/**
 * `file`: a module whose default export takes a task. `waiting`: how many tasks may wait before others are refused. `atOnce`: how many are
 * begun in the thread before the first is done, where they themselves wait for others; one that passes its limit ends them all.
 */
export function createTaskPool<Task, Result>(file: URL, waiting: number, atOnce = 1): TaskPool<Task, Result> {
  const pool = threadPool<Task, Result>({ filename: file.href, maxThreads: 1, maxQueue: waiting, atOnce });
  let closed = false;
  return {
    async run(task, limit) {
      // The library would start a thread that nobody ends.
      if (closed) throw new PoolClosed('the pool is closed');
      const signal = AbortSignal.timeout(limit);
      try {
        return await pool.run(task, { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new PoolTimeout(`the task took more than ${limit} ms`, { cause: error });
      }
    },
    async close() {
      closed = true;
      await pool.destroy();
    },
  };
}
