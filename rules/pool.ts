/**
 * What would hold up the event loop, in threads: classification of many names at once, correlation of a window. The only file
 * that knows Piscina. A task costs about 50 microseconds, as much as twenty classifications, so names travel in batches.
 */

import { Piscina } from 'piscina';
import type { Environment, Priority } from '../alert/alert.ts';
import type { CorrelationRule, Finding, Learnt, WindowAlert } from '../alert/correlation.ts';
import type { NamespaceAttributes } from '../alert/namespace.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { PatternProblem } from './pattern-set.ts';
import type { ProfileRules } from './profile.ts';

/** What a worker is sent. It compiles the rules once and keeps them for as long as the same text comes. */
export interface ClassifyTask {
  /** ProfileRules as JSON: told apart faster than an object, and it crosses to the thread as one copy. */
  readonly rules: string;
  readonly names: readonly string[];
  /** By name: where people put it. */
  readonly placed: ReadonlyMap<string, Placement>;
}

export interface BulkClassification {
  readonly namespace: string;
  readonly environment: Environment;
  readonly priority: Priority;
  /** Code of the reason for the environment. */
  readonly reason: string;
  readonly detail: string;
  readonly rule: string | null;
  readonly attributes: NamespaceAttributes;
  /** How many rules of the NamingStandard the name breaks. */
  readonly violations: number;
}

export type BulkResult =
  /** In the order of the names. */
  | { readonly ok: true; readonly classifications: readonly BulkClassification[] }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] };

/** One window, and the rules that its alerts name. */
export interface CorrelateTask {
  readonly alerts: readonly WindowAlert[];
  readonly rules: readonly CorrelationRule[];
  readonly learnt: readonly Learnt[];
}

/** The task took longer than it may: its thread was ended, and another one takes the next task. */
export class PoolTimeout extends Error {
  readonly code = 'pool.timeout';
}

export interface RulesPool {
  /** `placed`: by name, where people put it. */
  classifyAll(
    rules: ProfileRules,
    names: readonly string[],
    placed?: ReadonlyMap<string, Placement>,
  ): Promise<BulkResult>;
  /** `limit` in milliseconds, the wait for a thread included. Throws PoolTimeout, and what a task or its thread throws. */
  correlate(task: CorrelateTask, limit: number): Promise<readonly Finding[]>;
  /** What is under way is broken off. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly threads?: number;
  /** Names per task. */
  readonly batch?: number;
}

const NOWHERE: ReadonlyMap<string, Placement> = new Map();

export function createRulesPool(options: PoolOptions = {}): RulesPool {
  const { threads = 1, batch = 2000 } = options;
  const pool = threadPool<ClassifyTask | CorrelateTask, unknown>({
    filename: new URL('./worker.ts', import.meta.url).href,
    maxThreads: Math.max(1, threads),
  });
  return {
    async classifyAll(rules, names, placed = NOWHERE) {
      const text = JSON.stringify(rules);
      const tasks = inBatches(names, batch).map((part) => pool.run({ rules: text, names: part, placed }));
      const parts = await Promise.all(tasks);
      return join(parts as BulkResult[]);
    },
    async correlate(task, limit) {
      const signal = AbortSignal.timeout(limit);
      try {
        return (await pool.run(task, { signal, name: 'correlateWindow' })) as readonly Finding[];
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new PoolTimeout(`correlation of ${task.alerts.length} alerts took more than ${limit} ms`, {
          cause: error,
        });
      }
    },
    close: () => pool.destroy(),
  };
}

/** Threads come when there is work, and go when there was none for a while. */
export function threadPool<Task, Result>(options: {
  readonly filename: string;
  readonly maxThreads: number;
  /** Tasks that wait; left out: any number. */
  readonly maxQueue?: number;
  /** Tasks that one thread has begun. Left out: one. */
  readonly atOnce?: number;
}): Piscina<Task, Result> {
  const { atOnce = 1, ...others } = options;
  return new Piscina<Task, Result>({
    minThreads: 0,
    idleTimeout: 10_000,
    concurrentTasksPerWorker: atOnce,
    ...others,
  });
}

/** At least one batch, so that bad rules are told even without names. */
function inBatches(names: readonly string[], batch: number): (readonly string[])[] {
  const size = Math.max(1, batch);
  const batches: (readonly string[])[] = [];
  for (let first = 0; first < names.length; first += size) batches.push(names.slice(first, first + size));
  return batches.length === 0 ? [names] : batches;
}

function join(parts: readonly BulkResult[]): BulkResult {
  const classifications: BulkClassification[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    for (const classification of part.classifications) classifications.push(classification);
  }
  return { ok: true, classifications };
}
