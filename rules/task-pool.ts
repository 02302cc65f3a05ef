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

export interface TaskPoolSize {
  /** How many tasks may wait before others are refused. */
  readonly waiting: number;
  /** Left out: one. */
  readonly threads?: number;
  /**
   * How many are begun in a thread before the first is done, where they themselves wait for others; one that passes its limit ends them
   * all. Left out: one.
   */
  readonly atOnce?: number;
}

/** `file`: a module whose default export takes a task. */
export function createTaskPool<Task, Result>(
  file: URL,
  { waiting, threads = 1, atOnce = 1 }: TaskPoolSize,
): TaskPool<Task, Result> {
  const pool = threadPool<Task, Result>({ filename: file.href, maxThreads: threads, maxQueue: waiting, atOnce });
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
