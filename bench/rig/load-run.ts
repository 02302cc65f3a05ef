/** A load and what it cost the server, as a row shows it. */

import type { LoadResult } from './load.ts';
import type { Row } from './report.ts';

export interface LoadRun {
  readonly load: LoadResult;
  /** Microseconds of the server's CPU for each request or alert, warm-up included. */
  readonly cpu: number;
  readonly rss: number;
}

/** Alerts a second. */
export function rate({ load }: LoadRun): number {
  return load.alerts / load.seconds;
}

export function rowOf(what: string, run: LoadRun, note: string): Row {
  const { p50, p99 } = run.load;
  return { case: what, throughput: rate(run), unit: 'alerts/s', p50, p99, cpu: run.cpu, rss: run.rss, note };
}
