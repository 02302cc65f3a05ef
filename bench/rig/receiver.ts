/** Where notifications go: a loopback HTTP receiver in a process of its own (receiver-child.ts). */

import { type Child, startChild } from './child.ts';
import type { Scratch } from './scratch.ts';

export type ReceiverQuestion = { readonly kind: 'listen' } | { readonly kind: 'count' } | { readonly kind: 'reset' };

export interface ReceiverAnswer {
  readonly port: number;
  readonly notifications: number;
  /** Different webhook-ids among them: each is one notification, however often it was sent. */
  readonly distinct: number;
  /** Microseconds, monotonic; 0 before the first. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Milliseconds from when the alert was meant to leave; of the alerts since the last `reset`. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** How many notifications say when their alerts were meant to leave. */
  readonly stamped: number;
}

export interface Receiver {
  readonly url: string;
  readonly child: Child<ReceiverQuestion, ReceiverAnswer>;
}

export async function startReceiver(scratch: Scratch): Promise<Receiver> {
  const child = startChild<ReceiverQuestion, ReceiverAnswer>(scratch, './receiver-child.ts');
  const { port } = await child.ask({ kind: 'listen' });
  return { url: `http://127.0.0.1:${port}/hook`, child };
}
