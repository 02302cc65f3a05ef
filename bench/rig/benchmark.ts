/** What a file of bench/ exports as its default. */

import type { Findings } from './report.ts';

export interface BenchOptions {
  /** A tiny size: shows that it runs, not how fast. */
  readonly quick: boolean;
  /** Says what is being done, for whoever waits. */
  note(text: string): void;
}

export type Benchmark = (options: BenchOptions) => Promise<Findings>;

/** The run whose throughput lies in the middle. */
export function median<T>(runs: readonly T[], figure: (run: T) => number): T {
  const sorted = [...runs].sort((a, b) => figure(a) - figure(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('no runs to take the median of');
  return middle;
}
