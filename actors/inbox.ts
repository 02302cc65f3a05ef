/**
 * What waits for a partition's next commit: frames from its stream, frames that partitions of the same worker handed over, and
 * commands from inside (outcomes of sends).
 */

import type { Frame } from '../bus/frame.ts';
import type { HandedFrame, Settled } from './handover.ts';
import type { Slot } from './slot.ts';

export interface IncomingFrame {
  readonly seq: number;
  readonly data: Uint8Array;
}

export interface LocalCommand {
  readonly slot: Slot;
  readonly command: unknown;
}

export interface Intake {
  readonly frames: IncomingFrame[];
  readonly handed: readonly HandedFrame[];
  readonly local: LocalCommand[];
}

/** Of input taken into one commit, and of input held ready beyond that. Bytes. */
const COMMIT_BYTES = 512 * 1024;
const READY_BYTES = 4 * COMMIT_BYTES;
/** As COMMIT_BYTES, for frames that have no bytes. */
const COMMIT_ENTRIES = 500;

export class Inbox {
  #frames: IncomingFrame[] = [];
  #handed: HandedFrame[] = [];
  /** In the commit under way. */
  #taken: readonly HandedFrame[] = [];
  #local: LocalCommand[] = [];
  #bytes = 0;
  #refusing = false;
  #awake: (() => void) | null = null;
  #room: (() => void) | null = null;

  /** Resolves when another frame may be read. */
  async push(frame: IncomingFrame): Promise<void> {
    this.#frames.push(frame);
    this.#bytes += frame.data.length;
    this.wake();
    if (this.#bytes >= READY_BYTES) await new Promise<void>((resolve) => (this.#room = resolve));
  }

  pushLocal(command: LocalCommand): void {
    this.#local.push(command);
    this.wake();
  }

  /** As Receiver.hand. */
  hand(frame: Frame, settled: Settled): boolean {
    if (this.#refusing) return false;
    this.#handed.push({ frame, settled });
    this.wake();
    return true;
  }

  /** Ends a `wait`, for instance because a timer is due. */
  wake(): void {
    this.#awake?.();
    this.#awake = null;
  }

  /**
   * Resolves when there is something to take, or at the next `wake`. `withFrames` as in `take`: frames that will not be taken
   * are no reason to go on, or a loop over both would never let anything else run.
   */
  wait(withFrames: boolean): Promise<void> {
    const ready = this.#local.length > 0 || this.#handed.length > 0 || (withFrames && this.#frames.length > 0);
    return ready ? Promise.resolve() : new Promise((resolve) => (this.#awake = resolve));
  }

  /**
   * What fits one commit: whole frames, at least one of each sort; all local commands. `withFrames` false leaves those of the
   * stream waiting. What was handed over is always taken: partitions that wait for each other would wait for ever.
   */
  take(withFrames: boolean): Intake {
    const local = this.#local;
    this.#local = [];
    let count = 0;
    let bytes = 0;
    while (withFrames && count < this.#frames.length && (count === 0 || bytes < COMMIT_BYTES)) {
      bytes += this.#frames[count++]!.data.length;
    }
    const frames = this.#frames.splice(0, count);
    this.#bytes -= bytes;
    if (this.#bytes < READY_BYTES) {
      this.#room?.();
      this.#room = null;
    }
    this.#taken = this.#takeHanded();
    return { frames, handed: this.#taken, local };
  }

  /** What was taken stands in the journal. */
  committed(): void {
    const taken = this.#taken;
    this.#taken = [];
    for (const { settled } of taken) settled(true);
  }

  /** Nothing more is handed over. */
  refuse(): void {
    this.#refusing = true;
  }

  /** Handed over and in no commit yet. */
  get handed(): number {
    return this.#handed.length;
  }

  /** Nothing is taken any more. Lets a reader that waits for room go on, to find that it is not wanted. */
  close(): void {
    const lost = [...this.#taken, ...this.#handed];
    this.#refusing = true;
    this.#taken = [];
    this.#handed = [];
    for (const { settled } of lost) settled(false);
    this.#room?.();
    this.wake();
  }

  #takeHanded(): readonly HandedFrame[] {
    let count = 0;
    let entries = 0;
    while (count < this.#handed.length && entries < COMMIT_ENTRIES)
      entries += this.#handed[count++]!.frame.entries.length;
    return this.#handed.splice(0, count);
  }
}
