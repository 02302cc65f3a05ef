/** How the memory of this process goes while something is repeated: what is left after the garbage is gone, at fixed points. */

import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Point {
  /** How often it was done by then. */
  readonly done: number;
  /** Live objects and what they hold outside of the heap. Bytes. */
  readonly live: number;
  /** Of the whole process, native parts included. Bytes. */
  readonly resident: number;
}

let collect: (() => void) | null = null;

/** After two full collections: what a finalizer lets go goes with the second one. */
export async function memoryAfter(done: number): Promise<Point> {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  for (let i = 0; i < 2; i++) {
    collect();
    await pause(10);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { done, live: heapUsed + external, resident: rss };
}

/**
 * Bytes for each time that it is done, over the second half of the points: caches and pools are filled by then. The median over all pairs
 * of points (Theil and Sen): what a few points are off by counts for nothing.
 */
export function growthOf(points: readonly Point[], of: 'live' | 'resident'): number {
  const half = points.slice(Math.floor(points.length / 2));
  const slopes = half
    .flatMap((from, i) => half.slice(i + 1).map((to) => (to[of] - from[of]) / (to.done - from.done)))
    .sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}

export function printed(points: readonly Point[]): string {
  const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
  const lines = points.map(({ done, live, resident }) => `${done}: ${mib(live)} live, ${mib(resident)} resident`);
  return `memory in MiB after so many requests\n${lines.join('\n')}`;
}
