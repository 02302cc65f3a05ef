/** What waits for a partition's next commit: frames from INGEST, and commands from inside (outcomes of sends). */

import type { Slot } from './entities.ts';

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
  readonly local: LocalCommand[];
}

/** Of input taken into one commit, and of input held ready beyond that. Bytes. */
const COMMIT_BYTES = 512 * 1024;
const READY_BYTES = 4 * COMMIT_BYTES;

export class Inbox {
  #frames: IncomingFrame[] = [];
  #local: LocalCommand[] = [];
  #bytes = 0;
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
    if (this.#local.length > 0 || (withFrames && this.#frames.length > 0)) return Promise.resolve();
    return new Promise((resolve) => (this.#awake = resolve));
  }

  /** What fits one commit: whole frames, at least one; all local commands. `withFrames` false leaves the frames waiting. */
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
    return { frames, local };
  }

  /** Lets a reader that waits for room go on, to find that it is not wanted any more. */
  close(): void {
    this.#room?.();
    this.wake();
  }
}
