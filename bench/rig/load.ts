/** The load generator, from the side of the benchmark. It runs in a process of its own (load-child.ts). */

import type { BodyOptions } from './bodies.ts';
import { type Child, startChild } from './child.ts';
import type { Scratch } from './scratch.ts';

export type LoadPlan =
  /** Every connection sends its next request when the one before is answered. Seconds. */
  | { readonly kind: 'closed'; readonly warmUp: number; readonly seconds: number }
  /** As `closed`, until so many requests are answered; all count. */
  | { readonly kind: 'count'; readonly requests: number }
  /** So many requests a second whatever the answers do; latency counts from when a request was meant to leave. */
  | { readonly kind: 'open'; readonly rate: number; readonly warmUp: number; readonly seconds: number };

export interface LoadSpec {
  readonly port: number;
  /** Over TLS; who signed the certificate is not asked. */
  readonly tls?: boolean;
  readonly connections: number;
  readonly body: BodyOptions;
  /** Number of the first alert. */
  readonly first: number;
  readonly plan: LoadPlan;
}

export interface LoadResult {
  /** Of the measured time, without the warm-up. */
  readonly requests: number;
  readonly alerts: number;
  readonly seconds: number;
  /** Milliseconds to the answer. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Bytes of a request. */
  readonly size: number;
  /** Alerts of all requests that were answered 2xx, those of the warm-up included. */
  readonly accepted: number;
  /** Answers that were none of 2xx, by status; 0: the connection broke. */
  readonly refused: Readonly<Record<number, number>>;
  /** Microseconds, monotonic: when the first request left. */
  readonly startedAt: number;
  /** The generator's own CPU time as a share of one core in the measured time: near 1 it is what was measured. */
  readonly busy: number;
}

export type LoadChild = Child<LoadSpec, LoadResult>;

export function startLoad(scratch: Scratch): LoadChild {
  return startChild<LoadSpec, LoadResult>(scratch, './load-child.ts');
}

/** Throws when anything but 2xx came back: a benchmark of refusals is none. */
export function allAccepted(result: LoadResult): LoadResult {
  const refused = Object.entries(result.refused);
  if (refused.length > 0) {
    throw new Error(`not all was accepted: ${refused.map(([status, count]) => `${count} × ${status}`).join(', ')}`);
  }
  if (result.requests === 0) throw new Error('nothing was answered in the measured time');
  return result;
}
