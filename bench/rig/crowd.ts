/** Connections that ask for nothing or hardly get on, in a process of their own (crowd-child.ts), for as long as it lives. */

import { type Child, startChild } from './child.ts';
import type { Scratch } from './scratch.ts';

export interface CrowdSpec {
  readonly port: number;
  /** Connections that send nothing. */
  readonly idle: number;
  /** Connections that send a request a byte a second: half of them its head, the others its body. */
  readonly slow: number;
}

export interface CrowdState {
  /** Open now. */
  readonly idle: number;
  readonly slow: number;
  /** The fewest of both together since all were open. */
  readonly lowest: number;
  /** Since the beginning: ended by the server or refused, and opened again. */
  readonly reopened: number;
}

/** Of a spec: opens as many, and answers once they are open or no more could be had. `state`: tells how many stand. */
export type CrowdQuestion = CrowdSpec | 'state';

export function startCrowd(scratch: Scratch): Child<CrowdQuestion, CrowdState> {
  return startChild<CrowdQuestion, CrowdState>(scratch, './crowd-child.ts');
}
