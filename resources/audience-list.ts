/**
 * A list of recipients in memory: the file's bytes, where each line begins, and the order of the places (alert/audience.ts). A million
 * recipients take the size of their file and 12 MB; an object for each would take half a gigabyte.
 */

import { type Chunk, type Member, placeOf, sameAddress } from '../alert/audience.ts';

/** So many fit beside a place of 32 bits into a whole number of 53. */
export const MOST_MEMBERS = 2 ** 21;

/** Reads one line of the list; called only for lines that were read before. */
export type ReadMember = (bytes: Buffer) => Member;

export class AudienceList {
  readonly size: number;
  readonly #bytes: Buffer;
  readonly #starts: Uint32Array;
  /** place * MOST_MEMBERS + index, ascending. */
  readonly #order: Float64Array;
  readonly #read: ReadMember;

  /** `starts`: of the lines with members; `places`: in the same order. Neither is kept but by the list. */
  constructor(bytes: Buffer, starts: Uint32Array, places: Uint32Array, read: ReadMember) {
    this.size = starts.length;
    this.#bytes = bytes;
    this.#starts = starts;
    this.#read = read;
    this.#order = new Float64Array(this.size);
    for (let i = 0; i < this.size; i++) this.#order[i] = places[i]! * MOST_MEMBERS + i;
    // Numbers of a typed array are sorted without a call for each comparison: a million in 80 ms.
    this.#order.sort();
  }

  chunk(after: number, most: number): Chunk {
    let at = this.#firstBehind(after);
    let through = after;
    const members: Member[] = [];
    for (; at < this.size && (members.length < most || this.#placeAt(at) === through); at++) {
      through = this.#placeAt(at);
      members.push(this.#memberAt(at));
    }
    return { members, through, last: at >= this.size };
  }

  has(address: string): boolean {
    const place = placeOf(address);
    for (let at = this.#firstBehind(place - 1); at < this.size && this.#placeAt(at) === place; at++) {
      if (sameAddress(this.#memberAt(at).address) === sameAddress(address)) return true;
    }
    return false;
  }

  /** Those that come twice: the indexes of the first and of the later one, in the order of the list. */
  repeated(): (readonly [first: number, later: number])[] {
    const found: [number, number][] = [];
    for (let at = 1; at < this.size; at++) {
      const place = this.#placeAt(at);
      for (let before = at - 1; before >= 0 && this.#placeAt(before) === place; before--) {
        if (sameAddress(this.#memberAt(before).address) !== sameAddress(this.#memberAt(at).address)) continue;
        found.push([this.#indexAt(before), this.#indexAt(at)]);
        break;
      }
    }
    return found.sort((a, b) => a[1] - b[1]);
  }

  #firstBehind(place: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#placeAt(middle) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeAt(at: number): number {
    return Math.floor(this.#order[at]! / MOST_MEMBERS);
  }

  #indexAt(at: number): number {
    return this.#order[at]! % MOST_MEMBERS;
  }

  #memberAt(at: number): Member {
    const start = this.#starts[this.#indexAt(at)]!;
    return this.#read(this.#bytes.subarray(start, lineEnd(this.#bytes, start)));
  }
}

const LF = 0x0a;
const CR = 0x0d;

/** Where the line that begins at `start` ends, without its line end. */
export function lineEnd(bytes: Buffer, start: number): number {
  const found = bytes.indexOf(LF, start);
  const end = found < 0 ? bytes.length : found;
  return end > start && bytes[end - 1] === CR ? end - 1 : end;
}
