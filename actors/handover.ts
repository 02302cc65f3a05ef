/**
 * Effects for a partition of the same worker go to it straight, without the way through its inbox stream: they stand in the
 * journal of the partition that decided them, so a crash loses none, and the receiver's stamps drop whatever comes twice.
 */

import type { Frame } from '../bus/frame.ts';

/** Called once: true when the frame stands in the receiver's journal, false when the receiver ended without. */
export type Settled = (taken: boolean) => void;

export interface HandedFrame {
  readonly frame: Frame;
  readonly settled: Settled;
}

export interface Receiver {
  /** Everything of its inbox stream up to this sequence stands in its journal. */
  readonly cursor: number;
  /** Frames of one origin are settled in the order in which they are handed. False, and nothing else: it takes none any more. */
  hand(frame: Frame, settled: Settled): boolean;
}
