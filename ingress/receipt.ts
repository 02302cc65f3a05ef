/**
 * The id of an accepted request. It says by itself when the request came and how many alerts it had, so that a receipt can
 * be answered before anything of it was processed, and a mistyped id is told from one that is still on its way.
 *
 * Layout, 21 bytes, as 28 characters of base64url (no padding and no spare bits: one text per id):
 * 6 bytes Unix time in milliseconds, 8 random, 3 number of alerts, 4 CRC-32 of the bytes before. A CRC-32 detects every
 * error burst of up to 32 bits, hence every wrong character. It is no signature: knowing a receipt is no right to anything.
 */

import { crc32 } from 'node:zlib';
import type { RandomWord } from './random.ts';

const BYTES = 21;
const CHECKED = 17;
const MOST_ALERTS = 0xffffff;
const SHAPE = /^[A-Za-z0-9_-]{28}$/;

const scratch = Buffer.alloc(BYTES);
const checked = scratch.subarray(0, CHECKED);

export interface Receipt {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** How many alerts the request had. */
  readonly count: number;
}

/** Throws a RangeError for more than 16,777,215 alerts. */
export function newReceipt(now: number, count: number, random: RandomWord): string {
  if (count > MOST_ALERTS) throw new RangeError(`a request of ${count} alerts; a receipt counts up to ${MOST_ALERTS}`);
  scratch.writeUIntBE(now, 0, 6);
  scratch.writeUInt32BE(random(), 6);
  scratch.writeUInt32BE(random(), 10);
  scratch.writeUIntBE(count, 14, 3);
  scratch.writeUInt32BE(crc32(checked), CHECKED);
  return scratch.toString('base64url');
}

/** null: no id that newReceipt has made. */
export function readReceipt(id: string): Receipt | null {
  if (!SHAPE.test(id)) return null;
  const bytes = Buffer.from(id, 'base64url');
  if (crc32(bytes.subarray(0, CHECKED)) !== bytes.readUInt32BE(CHECKED)) return null;
  return { at: bytes.readUIntBE(0, 6), count: bytes.readUIntBE(14, 3) };
}
