/**
 * The bytes of a body as they come. Large ones are put where they stay: joining the pieces at the end would hold up everybody else
 * for as long as copying all of it takes.
 */

/** Room for all of the body is made once so much of it has come: who only announces a large one is given none. */
const TRUSTED_SHARE = 1 / 8;

/** What uWebSockets.js hands over is taken away afterwards. */
export function copyOf(chunk: ArrayBuffer): Buffer {
  return Buffer.from(new Uint8Array(chunk));
}

/** In memory of its own: a piece of a slow body would keep all of a pool. */
function ownCopyOf(chunk: ArrayBuffer): Buffer {
  const own = Buffer.allocUnsafeSlow(chunk.byteLength);
  own.set(new Uint8Array(chunk));
  return own;
}

export class BodyBuffer {
  #pieces: Buffer[] = [];
  #all: Buffer | null = null;
  #received = 0;
  readonly #announced: number;

  /** `announced`: bytes; infinite where its head does not say. */
  constructor(announced: number) {
    this.#announced = announced;
  }

  add(chunk: ArrayBuffer): void {
    if (this.#all !== null) this.#all.set(new Uint8Array(chunk), this.#received);
    else this.#pieces.push(ownCopyOf(chunk));
    this.#received += chunk.byteLength;
    if (this.#all === null && this.#received < this.#announced && this.#received >= this.#announced * TRUSTED_SHARE)
      this.#makeRoom();
  }

  /** All that came. */
  bytes(): Buffer {
    if (this.#all !== null) return this.#all.subarray(0, this.#received);
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
  }

  #makeRoom(): void {
    const all = Buffer.allocUnsafeSlow(this.#announced);
    let at = 0;
    for (const piece of this.#pieces) at += piece.copy(all, at);
    this.#all = all;
    this.#pieces = [];
  }
}
